package io.lockkeeper.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A program that we started: `pg_dump` and its kin. It sees a clean environment, an empty stdin and the directory
/// that it was given, and it leads a session of its own, so that a Ctrl-C meant for us does not reach it and all that
/// it starts can be found again. Every method may be called from any thread.
public final class ChildProcess {
    private static final int LONGEST_LINE = 8_192;
    private static final int LINES_KEPT = 200;
    private static final int PIPE = 256 * 1024;
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final Set<String> HANDED_ON = Set.of("PATH", "TZ", "TMPDIR", "SYSTEMROOT");

    private final Process process;
    private final List<Thread> readers;
    private final boolean bytesMatter;
    private volatile Throwable readerFailed; // a RuntimeException or an Error

    /// What to run. The program is an absolute path: which file runs is never left to a search path. Secrets belong
    /// neither into the arguments nor into the environment (both can be read by others): write a password file and
    /// name it.
    public record Command(Path program, List<String> arguments, Path directory, Map<String, String> environment) {
        public Command {
            if (!program.isAbsolute()) {
                throw new IllegalArgumentException("a program is named by its absolute path, not " + program);
            }
            arguments = List.copyOf(arguments);
            environment = Map.copyOf(environment);
        }

        public static Command of(Path program, String... arguments) {
            return new Command(program, List.of(arguments), Path.of("/"), Map.of());
        }

        List<String> line() {
            return Stream.concat(Stream.of(program.toString()), arguments.stream())
                    .toList();
        }
    }

    /// Takes what a program writes to stdout, on one thread. The buffer is used again.
    @FunctionalInterface
    public interface Bytes {
        void accept(byte[] buffer, int length) throws IOException;
    }

    /// How a program ended, with its last lines (all of them, up to 200).
    public record Ended(int exitCode, List<String> lines) {
        public boolean well() {
            return exitCode == 0;
        }

        public String text() {
            return String.join("\n", lines);
        }
    }

    /// Starts the program; each line of its output (stdout and stderr as one, cut at 8,192 characters) goes to `lines`,
    /// on a thread of its own. A consumer that throws gets no more lines, and [#waitFor] throws what it threw.
    public static ChildProcess start(Command command, Consumer<String> lines) throws IOException {
        return new ChildProcess(builder(command).redirectErrorStream(true).start(), lines);
    }

    /// The same, but stdout is data and goes to `stdout`; lines are those of stderr. When `stdout` throws, the pipe is
    /// closed, which ends a program that goes on writing, and [#waitFor] throws what it threw.
    public static ChildProcess start(Command command, Bytes stdout, Consumer<String> lines) throws IOException {
        return new ChildProcess(builder(command).start(), stdout, lines);
    }

    private static ProcessBuilder builder(Command command) {
        ProcessBuilder builder = new ProcessBuilder(ProcessFamily.inItsOwnSession(command.line()))
                .directory(command.directory().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().keySet().retainAll(HANDED_ON);
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("HOME", command.directory().toString()); // no ~/.pgpass, no ~/.pg_service.conf
        builder.environment().putAll(command.environment());
        return builder;
    }

    /// Runs the program to its end, which must come within `bound`: else it is ended and that is the failure.
    public static Ended run(Command command, Duration bound)
            throws IOException, InterruptedException, TimeoutException {
        ArrayDeque<String> kept = new ArrayDeque<>();
        ChildProcess child = start(command, line -> {
            if (kept.size() == LINES_KEPT) {
                kept.removeFirst();
            }
            kept.addLast(line);
        });
        try {
            return new Ended(child.waitFor(bound), List.copyOf(kept));
        } catch (InterruptedException | TimeoutException left) {
            child.end(Duration.ofSeconds(1));
            throw left;
        }
    }

    private ChildProcess(Process process, Consumer<String> lines) {
        this.process = process;
        this.bytesMatter = false;
        this.readers = List.of(reading("", () -> pass(process.getInputStream(), lines)));
    }

    private ChildProcess(Process process, Bytes stdout, Consumer<String> lines) {
        this.process = process;
        this.bytesMatter = true;
        this.readers = List.of(
                reading("-bytes", () -> pass(stdout)), reading("", () -> pass(process.getErrorStream(), lines)));
    }

    private Thread reading(String what, Runnable task) {
        return Thread.ofPlatform()
                .daemon()
                .name("child-" + process.pid() + what)
                .start(task);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// Waits for the end of the program and of its output, and returns the exit code (128 + n: ended by signal n).
    public int waitFor(Duration bound) throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + bound.toNanos();
        boolean ended = process.waitFor(bound.toNanos(), TimeUnit.NANOSECONDS);
        if (ended && bytesMatter) { // what is still in the pipe is the end of the data, however slowly it is taken
            ended = readers.getFirst().join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        if (!ended) {
            throw new TimeoutException("process " + pid() + " did not end within " + bound.toMillis() + " ms");
        }
        readers.getLast().join(LAST_WORDS); // a grandchild may hold the pipe open for ever
        if (readerFailed instanceof Error error) {
            throw error;
        }
        if (readerFailed instanceof RuntimeException failed) {
            throw failed;
        }
        return process.exitValue();
    }

    /// Ends the program and everything that it started: SIGTERM, and SIGKILL for what is still there after `grace`.
    /// Returns when all are gone. Does nothing to a program that has ended and left nothing behind. An interrupt
    /// shortens the grace.
    public void end(Duration grace) {
        new ProcessFamily(process.toHandle()).end(grace);
    }

    private void pass(Bytes stdout) {
        byte[] buffer = new byte[PIPE];
        try (var output = process.getInputStream()) {
            for (int length = output.read(buffer); length >= 0; length = output.read(buffer)) {
                accept(stdout, buffer, length);
            }
        } catch (IOException closed) {
            // As with lines; and when the consumer failed, its own failure is kept.
        }
    }

    private void accept(Bytes stdout, byte[] buffer, int length) throws IOException {
        try {
            stdout.accept(buffer, length);
        } catch (IOException failed) {
            readerFailed = new UncheckedIOException(failed);
            throw failed;
        } catch (RuntimeException | Error failed) {
            readerFailed = failed;
            throw new IOException(failed);
        }
    }

    private void pass(InputStream from, Consumer<String> lines) {
        try (var output = from) {
            BoundedLines.read(output, LONGEST_LINE, line -> {
                if (readerFailed == null) {
                    accept(lines, line);
                }
            });
        } catch (IOException closed) {
            // The pipe broke together with the process; its exit code tells the story.
        }
    }

    private void accept(Consumer<String> lines, String line) {
        try {
            lines.accept(line);
        } catch (RuntimeException | Error failed) {
            readerFailed = failed;
        }
    }
}
