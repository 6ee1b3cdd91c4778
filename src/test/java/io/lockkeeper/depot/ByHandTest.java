package io.lockkeeper.depot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On the day on which there is no Lockkeeper: the programs `age` and `zstd` read what we wrote, and we what
/// they wrote. Skipped where they are not installed.
class ByHandTest {
    private static final String FOLDER = "orders/17-1";

    @TempDir
    Path work;

    private Path identity;
    private String recipient;
    private Depot depot;

    @BeforeEach
    void generateAKey() throws Exception {
        for (String program : List.of("age", "age-keygen", "zstd", "gzip")) {
            assumeThat(shell("command -v " + program))
                    .as(program + " is installed (apt-get install age zstd)")
                    .isZero();
        }
        identity = work.resolve("identity");
        assertThat(shell("umask 077 && age-keygen -o identity")).isZero();
        assertThat(shell("age-keygen -y identity > recipient")).isZero();
        recipient = Files.readString(work.resolve("recipient")).strip();
        depot = TestDepots.configured(Map.of(
                        "lockkeeper.depots.main.directory",
                        Files.createDirectory(work.resolve("depot")).toString(),
                        "lockkeeper.depots.main.key",
                        "vault",
                        "lockkeeper.keys.vault.identity-file",
                        identity.toString(),
                        "lockkeeper.keys.vault.recipient",
                        recipient))
                .named(null);
    }

    @Test
    void programsReadWhatWeWrote() throws Exception {
        for (Compression compression : List.of(Compression.zstd(3), Compression.gzip(6), Compression.none())) {
            for (int size : new int[] {0, 1, 65_536, 131_072, 3_000_000}) {
                byte[] content = TestDepots.text(size, size);
                String manifest = write(new Packing(compression, null, null), content);
                String command = Manifest.parse(Files.readAllBytes(work.resolve("depot/orders/17-1/manifest.json")))
                        .read()
                        .replace("KEY_FILE", "identity")
                        .replaceFirst("FILE", "depot/orders/17-1/a" + compression.suffix() + ".age");
                assertThat(shell("set -o pipefail; " + command + " > out"))
                        .as(command)
                        .isZero();
                assertThat(Files.readAllBytes(work.resolve("out"))).isEqualTo(content);
                assertThat(depot.read(FOLDER, manifest).manifest().recipient()).isEqualTo(recipient);
                depot.delete(FOLDER);
            }
        }
    }

    @Test
    void weReadWhatProgramsWrote() throws Exception {
        byte[] content = TestDepots.text(3_000_000, 1);
        Files.write(work.resolve("in"), content);
        assertThat(shell("set -o pipefail; zstd --check < in | age -R recipient > in.zst.age"))
                .isZero();
        try (var in = Compression.zstd(3)
                .decompressing(Age.opening(
                        Files.newInputStream(work.resolve("in.zst.age")),
                        Files.readAllLines(identity).getLast()))) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    void framesCarryAChecksum() throws Exception {
        try (ArtifactWriter writer = TestDepots.directory(work.resolve("depot"))
                .named(null)
                .write(FOLDER, new Packing(Compression.zstd(3), null, null))) {
            try (OutputStream out = writer.file("a")) {
                out.write(TestDepots.text(1_000_000, 1));
            }
            writer.complete(Map.of());
        }
        assertThat(shell("zstd --list --verbose depot/orders/17-1/a.zst | grep -q 'Check: XXH64'"))
                .isZero();
    }

    private String write(Packing packing, byte[] content) throws Exception {
        try (ArtifactWriter writer = depot.write(FOLDER, packing)) {
            try (OutputStream out = writer.file("a")) {
                out.write(content);
            }
            return writer.complete(Map.of()).manifestSha256();
        }
    }

    private int shell(String command) throws Exception {
        Process process = new ProcessBuilder("bash", "-c", command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("said").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command).isTrue();
        return process.exitValue();
    }
}
