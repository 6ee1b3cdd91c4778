package io.lockkeeper.backup;

import io.lockkeeper.depot.ArtifactWriter;
import io.lockkeeper.dump.DirectoryDump;
import io.lockkeeper.dump.Intake;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Takes a dump in directory format into a depot while `pg_dump` still writes it: each file of rows is followed as it
/// grows and removed when it has gone, so that the disk never holds much of the dump.
///
/// What is small goes into one file, `small.tar`: a database of ten thousand tables is no ten thousand objects.
///
/// Threads of the platform's: hashing and compressing give no other work a turn.
final class GrowingDump implements AutoCloseable {
    static final String SMALL = "small.tar";
    private static final int CHUNK = 1 << 20;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);
    private static final Duration LEAVING = Duration.ofSeconds(10);
    private static final String ROWS = "*[0-9].dat";

    private final Path directory;
    private final DirectoryDump dump;
    private final ArtifactWriter writer;
    private final Progress progress;
    private final WorkRoom room;
    private final SmallFiles small;
    private final BlockingQueue<Path> found = new LinkedBlockingQueue<>();
    private final Set<Path> seen = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private final Thread owner = Thread.currentThread();
    private volatile boolean written;
    private volatile boolean gone;
    private volatile RuntimeException failure;

    GrowingDump(Path directory, DirectoryDump dump, ArtifactWriter writer, Progress progress, WorkRoom room) {
        this.directory = directory;
        this.dump = dump;
        this.writer = writer;
        this.progress = progress;
        this.room = room;
        this.small = new SmallFiles(writer, SMALL);
    }

    void follow(int threads) {
        this.threads.add(Thread.ofPlatform().daemon().name("dump-look").start(guarded(this::lookForFiles)));
        for (int i = 0; i < threads; i++) {
            this.threads.add(Thread.ofPlatform().daemon().name("dump-take-" + i).start(guarded(this::takeFiles)));
        }
    }

    /// `pg_dump` has ended, and well: what is there now is all there will be. Returns when everything has gone.
    void finish() throws InterruptedException, IOException {
        written = true;
        for (Thread thread : threads) {
            thread.join();
        }
        throwFailure();
        small.close();
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
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(LEAVING);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    private Runnable guarded(Step step) {
        return () -> {
            try {
                step.run();
            } catch (InterruptedException left) {
                // Only `close` does that.
            } catch (IOException broken) {
                fail(new UncheckedIOException(broken));
            } catch (RuntimeException broken) {
                fail(broken);
            }
        };
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    /// The job waits for a program that notices nothing: an interrupt ends that.
    private synchronized void fail(RuntimeException broken) {
        if (failure == null && !gone) {
            failure = broken;
            owner.interrupt();
        }
    }

    /// Files of rows as they come; everything else once nothing more will be written to it. A long list is looked at
    /// less often.
    private void lookForFiles() throws IOException, InterruptedException {
        boolean contents = false;
        while (!written && failure == null) {
            long began = System.nanoTime();
            room.demand();
            contents = contents || takeContents();
            if (contents) {
                list(ROWS);
            }
            TimeUnit.NANOSECONDS.sleep(Math.max(BETWEEN_LOOKS.toNanos(), 10 * (System.nanoTime() - began)));
        }
        if (!contents && failure == null) {
            takeContents();
        }
        list("*");
        for (int i = 1; i < threads.size(); i++) {
            found.add(directory); // the end, once for everybody
        }
    }

    /// The table of contents is written first; that it is whole shows when something else is there.
    private boolean takeContents() throws IOException, InterruptedException {
        Path toc = directory.resolve(DirectoryDump.TOC);
        if (!Files.exists(toc) || !written && filesBeside(toc) == 0) {
            return false;
        }
        seen.add(toc);
        Intake<?> intake = dump.file(DirectoryDump.TOC);
        byte[] content = Files.readAllBytes(toc);
        intake.accept(content, 0, content.length);
        intake.complete();
        small.add(DirectoryDump.TOC, content, content.length);
        return true;
    }

    private long filesBeside(Path toc) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> !file.equals(toc)).limit(1).count();
        }
    }

    private void list(String pattern) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, pattern)) {
            for (Path file : files) {
                boolean largeObject = file.getFileName().toString().startsWith("blob_");
                if ((written || !largeObject) && seen.add(file)) {
                    found.add(file);
                }
            }
        } catch (NoSuchFileException notYet) {
            // pg_dump makes it in a moment
        }
    }

    private void takeFiles() throws IOException, InterruptedException {
        byte[] buffer = new byte[CHUNK];
        for (Path file = found.take(); !file.equals(directory); file = found.take()) {
            if (failure != null) {
                return;
            }
            take(file, buffer);
            Files.delete(file);
            progress.tableDone();
        }
    }

    private void take(Path file, byte[] buffer) throws IOException, InterruptedException {
        String name = file.getFileName().toString();
        try (InputStream in = Files.newInputStream(file)) {
            Intake<?> intake = dump.file(name);
            int length = read(in, buffer, intake);
            if (length < buffer.length) {
                small.add(name, buffer, length);
            } else {
                takeLarge(name, in, buffer, intake);
            }
            intake.complete();
        }
    }

    private void takeLarge(String name, InputStream in, byte[] buffer, Intake<?> intake)
            throws IOException, InterruptedException {
        try (OutputStream out = writer.file(name)) {
            for (int length = buffer.length; length > 0; length = read(in, buffer, intake)) {
                out.write(buffer, 0, length);
            }
        }
    }

    /// Until the buffer is full or the file has ended; less than full: it has.
    private int read(InputStream in, byte[] buffer, Intake<?> intake) throws IOException, InterruptedException {
        int length = 0;
        while (length < buffer.length) {
            boolean last = written || intake.isWhole(); // asked before: what is read after that is all
            int more = in.read(buffer, length, buffer.length - length);
            if (more > 0) {
                intake.accept(buffer, length, more);
                progress.read(more);
                length += more;
            } else if (last) {
                return length;
            } else if (failure != null) {
                throw new InterruptedException();
            } else {
                Thread.sleep(BETWEEN_LOOKS);
            }
        }
        return length;
    }
}
