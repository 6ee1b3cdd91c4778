package io.lockkeeper.depot;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// The last stage before the depot: counts what is stored, and takes its digest.
final class StoredBytes extends OutputStream {
    private static final int PIECE = 64 * 1024;

    private final OutputStream out;
    private final List<Throttle> throttles;
    private final LongAdder all;
    private final MessageDigest digest = Streams.sha256();
    private long count;
    private volatile boolean givenUp;
    private boolean closed;

    StoredBytes(OutputStream out, List<Throttle> throttles, LongAdder all) {
        this.out = out;
        this.throttles = throttles;
        this.all = all;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int piece = throttles.isEmpty() ? length : Math.min(PIECE, length - done);
            for (Throttle throttle : throttles) {
                throttle.take(piece);
            }
            demandUse();
            digest.update(bytes, from + done, piece);
            out.write(bytes, from + done, piece);
            done += piece;
            all.add(piece);
        }
        count += length;
    }

    @Override
    public void close() throws IOException {
        demandUse();
        if (!closed) {
            closed = true;
            out.close();
        }
    }

    StoredFile finish(String name, String stored, long bytes) {
        return new StoredFile(name, stored, bytes, count, HexFormat.of().formatHex(digest.digest()));
    }

    void giveUp() {
        givenUp = true;
    }

    private void demandUse() throws IOException {
        if (givenUp) {
            throw new IOException("The artifact was given up.");
        }
    }
}
