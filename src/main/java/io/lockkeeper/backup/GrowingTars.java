package io.lockkeeper.backup;

import io.lockkeeper.depot.ArtifactWriter;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Takes the tars of a physical backup into a depot while `pg_basebackup` still writes them, one after the other, and
/// reads their files along. The log is not among them: its tar is written back into at the end.
///
/// A thread of the platform's: hashing and compressing give no other work a turn.
final class GrowingTars implements AutoCloseable {
    static final String LOG = "pg_wal.tar";
    private static final String BASE = "base.tar";
    private static final int BUFFER = 256 * 1024;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
    private static final Duration LEAVING = Duration.ofSeconds(10);

    private final Path directory;
    private final ArtifactWriter writer;
    private final Progress progress;
    private final FilesSeen seen = new FilesSeen();
    private final Set<Path> taken = new HashSet<>();
    private final Thread owner = Thread.currentThread();
    private final Thread thread;
    private volatile boolean written;
    private volatile boolean gone;
    private volatile RuntimeException failure;

    /// Begins at once.
    GrowingTars(Path directory, ArtifactWriter writer, Progress progress) {
        this.directory = directory;
        this.writer = writer;
        this.progress = progress;
        this.thread = Thread.ofPlatform().daemon().name("basebackup-take").start(this::takeAll);
    }

    /// `pg_basebackup` has ended, and well. Returns when everything has gone, with what was in it.
    Map<String, FilesSeen.File> finish() throws InterruptedException, IOException {
        written = true;
        thread.join();
        throwFailure();
        return seen.files();
    }

    /// Why it came to nothing, if it did.
    void throwFailure() {
        if (failure != null) {
            Thread.interrupted(); // it was our own
            throw failure;
        }
    }

    @Override
    public void close() {
        gone = true;
        thread.interrupt();
        try {
            thread.join(LEAVING);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    private void takeAll() {
        try {
            boolean last;
            do {
                last = written; // asked before: what is there after that is all
                Optional<Path> next = next();
                if (next.isPresent()) {
                    take(next.get());
                } else if (!last) {
                    Thread.sleep(BETWEEN_LOOKS);
                }
                last &= next.isEmpty();
            } while (!last);
        } catch (InterruptedException left) {
            // Only `close` does that.
        } catch (IOException broken) {
            fail(new UncheckedIOException(broken));
        } catch (RuntimeException broken) {
            fail(broken);
        }
    }

    /// The job waits for a program that notices nothing: an interrupt ends that.
    private synchronized void fail(RuntimeException broken) {
        if (!gone) {
            failure = broken;
            owner.interrupt();
        }
    }

    private Optional<Path> next() throws IOException {
        try (DirectoryStream<Path> tars = Files.newDirectoryStream(directory, "*.tar")) {
            for (Path tar : tars) {
                if (!tar.endsWith(LOG) && !taken.contains(tar)) {
                    return Optional.of(tar);
                }
            }
        } catch (NoSuchFileException notYet) {
            // pg_basebackup makes it in a moment
        }
        return Optional.empty();
    }

    private void take(Path tar) throws IOException {
        taken.add(tar);
        String name = tar.getFileName().toString();
        String prefix = name.equals(BASE) ? "" : "pg_tblspc/" + name.substring(0, name.length() - 4) + "/";
        try (InputStream in = new GrowingFile(tar, () -> written || anotherHasBegun());
                OutputStream out = writer.file(name)) {
            seen.read(new Copied(new BufferedInputStream(in, BUFFER), out), prefix);
        }
    }

    /// They are written one after the other.
    private boolean anotherHasBegun() {
        try {
            return next().isPresent();
        } catch (IOException later) {
            return false;
        }
    }

    /// What is read goes on to the depot as well.
    private final class Copied extends FilterInputStream {
        private final OutputStream out;

        Copied(InputStream in, OutputStream out) {
            super(in);
            this.out = out;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int more = in.read(into, from, length);
            if (more > 0) {
                out.write(into, from, more);
                progress.read(more);
            }
            return more;
        }

        /// Skipped is read too.
        @Override
        public long skip(long most) throws IOException {
            byte[] skipped = new byte[(int) Math.min(most, 8192)];
            return Math.max(0, read(skipped, 0, skipped.length));
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
