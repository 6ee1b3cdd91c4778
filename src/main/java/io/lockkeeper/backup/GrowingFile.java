package io.lockkeeper.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// A file that somebody still writes to. Its end comes when all that was there has been read and nobody will write any
/// more; until then, reading waits. An interrupt ends that as an [InterruptedIOException].
final class GrowingFile extends InputStream {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);

    private final InputStream in;
    private final BooleanSupplier written;

    GrowingFile(Path file, BooleanSupplier written) throws IOException {
        this.in = Files.newInputStream(file);
        this.written = written;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int more = in.read(into, from, length);
        while (more < 0) {
            boolean last = written.getAsBoolean(); // asked before: what is read after that is all
            more = in.read(into, from, length);
            if (last) {
                return more;
            }
            if (more < 0) {
                pause();
            }
        }
        return more;
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(BETWEEN_LOOKS);
        } catch (InterruptedException left) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
