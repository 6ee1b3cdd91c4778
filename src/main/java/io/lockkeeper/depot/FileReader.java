package io.lockkeeper.depot;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/// The content of one file: opened, decompressed, counted. Its end comes only when the stored bytes have been
/// read to theirs and were the right ones.
final class FileReader extends InputStream {
    private static final int BUFFER = 128 * 1024;

    private final VerifiedInput stored;
    private final StoredFile file;
    private final InputStream stages;
    private long count;
    private boolean ended;

    private FileReader(VerifiedInput stored, StoredFile file, InputStream stages) {
        this.stored = stored;
        this.file = file;
        this.stages = stages;
    }

    static InputStream open(VerifiedInput stored, StoredFile file, Compression compression, @Nullable String identity) {
        InputStream gathered = new BufferedInputStream(stored, BUFFER);
        try {
            InputStream opened = identity == null ? gathered : Age.opening(gathered, identity);
            return new FileReader(stored, file, compression.decompressing(new BufferedInputStream(opened, BUFFER)));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            close(stored, e);
            throw failure(stored, e);
        }
    }

    private static void close(InputStream in, Exception why) {
        try {
            in.close();
        } catch (IOException alsoBroken) {
            why.addSuppressed(alsoBroken);
        }
    }

    /// Damage shows in whatever stage meets it first, and libraries meet it with any exception.
    private static DepotFailure failure(VerifiedInput stored, Exception e) {
        return e instanceof DepotFailure known ? known : stored.damaged("cannot be unpacked", e);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (ended || length == 0) {
            return ended ? -1 : 0;
        }
        try {
            int got = stages.read(into, from, length);
            if (got < 0) {
                end();
                return -1;
            }
            count += got;
            return got;
        } catch (IOException | RuntimeException e) {
            throw failure(stored, e);
        }
    }

    private void end() throws IOException {
        if (stored.transferTo(OutputStream.nullOutputStream()) > 0) {
            throw stored.damaged("goes on after its end", null);
        }
        if (count != file.bytes()) {
            throw stored.damaged("holds " + count + " bytes instead of " + file.bytes(), null);
        }
        ended = true;
    }

    @Override
    public void close() throws IOException {
        stages.close();
    }
}
