package io.lockkeeper.depot;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// One file on its way: its bytes are counted, gathered, compressed, sealed and handed to the depot, all on
/// the thread that writes them.
final class FileWriter extends OutputStream {
    private static final int BUFFER = 128 * 1024;

    private final String name;
    private final String stored;
    private volatile long bytes;
    private OutputStream stages;
    private StoredBytes tail;
    private boolean closed;
    private volatile boolean failed;
    private volatile @Nullable StoredFile finished;

    FileWriter(String name, String stored) {
        this.name = name;
        this.stored = stored;
    }

    void begin(Compression compression, @Nullable String recipient, StoredBytes tail) throws IOException {
        this.tail = tail;
        OutputStream sealed = recipient == null ? tail : Age.sealing(tail, recipient);
        this.stages = new BufferedOutputStream(compression.compressing(sealed), BUFFER);
    }

    String stored() {
        return stored;
    }

    long bytes() {
        return bytes;
    }

    StoredFile finished() {
        if (finished == null) {
            throw new IllegalStateException("The file " + name + (failed ? " failed." : " is still open."));
        }
        return finished;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes, others only look
    public void write(byte[] from, int offset, int length) throws IOException {
        if (closed || failed) {
            throw new IOException("The file " + name + (closed ? " is closed." : " failed before."));
        }
        boolean done = false;
        try {
            stages.write(from, offset, length);
            bytes += length;
            done = true;
        } finally {
            failed |= !done;
        }
    }

    /// Compressors answer a flush with a worse result.
    @Override
    public void flush() {}

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (failed) {
            return;
        }
        boolean done = false;
        try {
            stages.close();
            finished = tail.finish(name, stored, bytes);
            done = true;
        } finally {
            failed |= !done;
        }
    }

    /// Whoever still writes is told. From any thread.
    void giveUp() {
        failed = true;
        if (tail != null) {
            tail.giveUp();
        }
    }

    /// Gives back what the stages hold outside of the heap. Nothing of it comes through any more.
    void release() {
        try {
            if (stages != null && finished == null) {
                stages.close();
            }
        } catch (IOException | RuntimeException nothingComesThrough) {
            finished = null;
        }
    }
}
