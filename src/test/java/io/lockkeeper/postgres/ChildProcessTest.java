package io.lockkeeper.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.postgres.ChildProcess.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
    private static final Path SHELL = Path.of("/bin/sh");
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Test
    void handsOverEveryLineAndTheExitCode() throws Exception {
        ChildProcess child = ChildProcess.start(shell("echo one; echo two >&2; printf three; exit 7"), lines::add);
        assertThat(child.waitFor(SOON)).isEqualTo(7);
        assertThat(lines).containsExactly("one", "two", "three");
    }

    @Test
    void handsOverStdoutAsBytesToTheLastOneHoweverSlowlyTheyAreTaken() throws Exception {
        var bytes = new java.io.ByteArrayOutputStream();
        ChildProcess child = ChildProcess.start(
                shell("echo careful >&2; head -c 2000000 /dev/zero; exit 3"),
                (buffer, length) -> {
                    pause(bytes.size() > 1_500_000 ? 2_200 : 0);
                    bytes.write(buffer, 0, Math.min(length, 1_800_000));
                },
                lines::add);

        assertThat(child.waitFor(SOON.multipliedBy(6))).isEqualTo(3);
        assertThat(bytes.size()).isEqualTo(2_000_000);
        assertThat(lines).containsExactly("careful");
    }

    @Test
    void endsAProgramWhoseBytesNobodyTakesAnyMoreAndSaysWhy() throws Exception {
        ChildProcess child = ChildProcess.start(
                shell("exec cat /dev/zero"),
                (buffer, length) -> {
                    throw new IOException("the depot is full");
                },
                lines::add);

        assertThatThrownBy(() -> child.waitFor(SOON)).hasMessageContaining("the depot is full");
        assertThat(child.isAlive()).isFalse();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void seesACleanEnvironmentItsDirectoryAndAnEmptyInput() throws Exception {
        var command = new Command(SHELL, List.of("-c", "env; pwd; cat; echo end"), directory, Map.of("GIVEN", "yes"));
        List<String> said = ChildProcess.run(command, SOON).lines();
        assertThat(said).contains("GIVEN=yes", "LC_ALL=C", "HOME=" + directory, directory.toString(), "end");
        List<String> names = said.stream()
                .filter(line -> line.contains("="))
                .map(line -> line.split("=")[0])
                .toList();
        assertThat(names).isSubsetOf("GIVEN", "LC_ALL", "HOME", "PATH", "TZ", "TMPDIR", "PWD", "OLDPWD", "SHLVL", "_");
    }

    @Test
    void keepsALineWithinItsBound() throws Exception {
        ChildProcess.Ended ended =
                ChildProcess.run(shell("head -c 3000000 /dev/zero | tr '\\0' 'x'; echo; echo after"), SOON);
        assertThat(ended.lines()).hasSize(2);
        assertThat(ended.lines().getFirst()).hasSize(8193).endsWith("x…");
        assertThat(ended.lines().getLast()).isEqualTo("after");
    }

    @Test
    void refusesAProgramThatIsLeftToASearchPath() {
        assertThatThrownBy(() -> Command.of(Path.of("sh"))).hasMessageContaining("absolute path");
    }

    @Test
    void throwsWhatItsConsumerThrewAndStillEndsWell() throws Exception {
        ChildProcess child = ChildProcess.start(shell("seq 100000"), line -> {
            throw new IllegalStateException("no more");
        });
        assertThatThrownBy(() -> child.waitFor(SOON)).hasMessage("no more");
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void waitsNoLongerThanToldAndEndsWhatItRan() {
        assertThatThrownBy(() -> ChildProcess.run(shell("sleep 1000"), Duration.ofMillis(200)))
                .isInstanceOf(TimeoutException.class);
        assertThat(ProcessHandle.current().descendants().map(ProcessHandle::info))
                .noneMatch(info -> info.commandLine().orElse("").contains("sleep 1000"));
    }

    @Test
    void isEndedByAnInterruptOfWhoRunsIt() throws Exception {
        var outcome = new AtomicReference<Throwable>();
        Path pid = directory.resolve("pid");
        Thread runner = Thread.ofVirtual().start(() -> {
            try {
                ChildProcess.run(shell("echo $$ > " + pid + "; sleep 1000"), Duration.ofMinutes(5));
            } catch (IOException | InterruptedException | TimeoutException ended) {
                outcome.set(ended);
            }
        });
        long child = eventuallyIn(pid);
        runner.interrupt();
        assertThat(runner.join(SOON)).isTrue();
        assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
        assertThat(isAlive(child)).isFalse();
    }

    @Test
    void endsGrandchildrenThatWereLeftAlone() throws Exception {
        Path pid = directory.resolve("pid");
        // The grandchild is nobody's descendant any more when we look for it: the shell between has ended.
        ChildProcess child =
                ChildProcess.start(shell("(sleep 1000 & echo $! > " + pid + "); exec sleep 1000"), lines::add);
        long grandchild = eventuallyIn(pid);
        child.end(SOON);
        assertThat(child.isAlive()).isFalse();
        // it has ended, but the init process may take a moment to notice
        Awaitility.await().until(() -> !isAlive(grandchild));
    }

    @Test
    void killsWhatIgnoresTheSignalToEnd() throws Exception {
        ChildProcess child =
                ChildProcess.start(shell("trap '' TERM; echo ready; while true; do sleep 0.1; done"), lines::add);
        await().until(() -> lines.contains("ready"));
        long began = System.nanoTime();
        child.end(Duration.ofMillis(300));
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(300), Duration.ofSeconds(3));
        assertThat(child.waitFor(SOON)).isEqualTo(128 + 9);
    }

    @Test
    void letsAProgramCleanUpBeforeItEnds() throws Exception {
        ChildProcess child = ChildProcess.start(
                shell("trap 'echo cleaned; exit 3' TERM; echo ready; while true; do sleep 0.1; done"), lines::add);
        await().until(() -> lines.contains("ready"));
        child.end(SOON);
        assertThat(child.waitFor(SOON)).isEqualTo(3);
        assertThat(lines).contains("cleaned");
    }

    @Test
    void mayBeEndedTwiceAndAfterItsEnd() throws Exception {
        ChildProcess child = ChildProcess.start(shell("true"), lines::add);
        child.waitFor(SOON);
        child.end(SOON);
        child.end(SOON);
        assertThat(child.isAlive()).isFalse();
    }

    private static Command shell(String script) {
        return Command.of(SHELL, "-c", script);
    }

    private static long eventuallyIn(Path file) throws IOException {
        await().until(() -> Files.exists(file) && Files.readString(file).endsWith("\n"));
        return Long.parseLong(Files.readString(file).strip());
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}
