package io.lockkeeper.wal;

import io.lockkeeper.job.JobContext;
import io.lockkeeper.postgres.ChildProcess.Command;
import io.lockkeeper.postgres.WalSegment;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// One run of `pg_receivewal` into a directory of its own. It begins with the segment that it is told: an empty partial
/// file of that name is what it takes for its own unfinished work.
///
/// It uses no slot. What it has written counts for nothing before it lies in a depot.
final class Receiving implements AutoCloseable {
    static final String PROGRAM = "pg_receivewal";
    private static final Duration LEAVING = Duration.ofSeconds(10);
    private static final int KEPT = 10;

    private final JobContext job;
    private final Path directory;
    private final Duration bound;
    private final Deque<String> said = new ArrayDeque<>();
    private final Thread thread;
    private volatile boolean over;

    Receiving(JobContext job, Path program, Map<String, String> environment, WalSegment first, Duration bound)
            throws IOException {
        this.job = job;
        this.directory = Files.createTempDirectory(job.directory(), "received");
        this.bound = bound;
        Files.createFile(directory.resolve(first.name() + ".partial"));
        List<String> arguments =
                List.of("--directory=" + directory, "--no-loop", "--no-sync", "--no-password", "--status-interval=5");
        Command command = new Command(program, arguments, job.directory(), environment);
        this.thread = Thread.ofVirtual().name("receive-job-" + job.jobId()).start(() -> run(command));
    }

    private void run(Command command) {
        try {
            int exitCode = job.run(command, this::hear, bound);
            hear("exit code " + exitCode);
        } catch (IOException | TimeoutException failed) {
            hear(failed.toString());
        } catch (InterruptedException | JobContext.Stopped left) {
            // Whoever closed this, or stopped the job, knows why.
        } finally {
            over = true;
        }
    }

    private synchronized void hear(String line) {
        if (said.size() == KEPT) {
            said.removeFirst();
        }
        said.addLast(line);
    }

    boolean isOver() {
        return over;
    }

    synchronized String lastWords() {
        return String.join(" / ", said);
    }

    /// What is whole and not removed yet, the earliest first: segments, and histories of timelines.
    List<Path> whole() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            Stream<Path> all = StreamSupport.stream(files.spliterator(), false);
            return all.filter(file -> isWhole(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isWhole(String name) {
        return WalSegment.isName(name) || name.matches("[0-9A-F]{8}\\.history");
    }

    void end() {
        thread.interrupt();
        try {
            thread.join(LEAVING);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    /// What was not archived is forgotten: the server has it.
    @Override
    public void close() {
        end();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException stays) {
            job.log("left for the end of the job: " + directory);
        }
    }
}
