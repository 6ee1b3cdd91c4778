package io.lockkeeper.depot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lockkeeper.http.Refused;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryDepotTest {
    private static final String FOLDER = "orders/17-1";
    private static final Packing PLAIN = new Packing(Compression.none(), null, null);

    @TempDir
    Path root;

    Depot depot;

    @BeforeEach
    void open() {
        depot = TestDepots.directory(root).named(null);
    }

    @Test
    void isThereOnlyOnceItIsComplete() throws Exception {
        try (ArtifactWriter writer = depot.write(FOLDER, PLAIN)) {
            write(writer, "toc.dat", "content");
            assertThat(depot.exists(FOLDER)).isFalse();
            assertThat(root.resolve(FOLDER)).doesNotExist();

            Sealed sealed = writer.complete(Map.of("target", "orders"));

            assertThat(depot.exists(FOLDER)).isTrue();
            assertThat(sealed.files()).isEqualTo(1);
            assertThat(sealed.bytes()).isEqualTo(7);
            assertThat(sealed.storedBytes())
                    .isEqualTo(7 + Files.size(root.resolve(FOLDER).resolve("manifest.json")));
        }
        assertThat(files()).containsExactly("orders/17-1/manifest.json", "orders/17-1/toc.dat");
    }

    @Test
    void takesBackWhatIsNotComplete() throws Exception {
        try (ArtifactWriter writer = depot.write(FOLDER, PLAIN)) {
            write(writer, "a", "content");
            writer.file("b").write(1);
        }
        assertThat(files()).isEmpty();
        assertThat(depot.exists(FOLDER)).isFalse();
    }

    @Test
    void takesBackWhatAnInterruptedThreadLeaves() throws Exception {
        ArtifactWriter writer = depot.write(FOLDER, PLAIN);
        OutputStream file = writer.file("a");
        file.write(TestDepots.noise(1_000_000, 1));
        Thread.currentThread().interrupt();
        writer.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(files()).isEmpty();
        assertThatThrownBy(() -> file.write(1)).isInstanceOf(IOException.class);
    }

    @Test
    void completesNothingThatHasAFileOpenOrBroken() throws Exception {
        try (ArtifactWriter writer = depot.write(FOLDER, PLAIN)) {
            OutputStream open = writer.file("a");
            assertThatThrownBy(() -> writer.complete(Map.of())).hasMessageContaining("still open");
            open.close();
            assertThatIllegalArgumentException().isThrownBy(() -> writer.file("a"));
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void sweepsWhatACrashLeft() throws Exception {
        depot.write(FOLDER, PLAIN).file("a").write(1); // and never closed
        assertThat(depot.exists(FOLDER)).isFalse();
        assertThat(files()).containsExactly("orders/17-1.partial/a");

        assertThatThrownBy(() -> depot.write(FOLDER, PLAIN))
                .isInstanceOf(DepotFailure.Taken.class)
                .hasMessageContaining("to be swept first");

        assertThat(depot.sweep(FOLDER)).isTrue();
        assertThat(files()).isEmpty();
        assertThat(depot.sweep(FOLDER)).isFalse();

        complete("orders/17-2");
        assertThat(depot.sweep("orders/17-2")).isFalse();
        assertThat(depot.exists("orders/17-2")).isTrue();
    }

    @Test
    void deletesTwiceAndAfterHalfADelete() throws Exception {
        complete(FOLDER);
        complete("orders/17-10");
        Files.delete(root.resolve(FOLDER).resolve("manifest.json"));
        assertThat(depot.exists(FOLDER)).isFalse();
        depot.delete(FOLDER);
        depot.delete(FOLDER);
        assertThat(files()).containsExactly("orders/17-10/a", "orders/17-10/manifest.json");
    }

    @Test
    void neverWritesOverAnArtifact() throws Exception {
        complete(FOLDER);
        assertThatThrownBy(() -> depot.write(FOLDER, PLAIN)).isInstanceOf(DepotFailure.Taken.class);
    }

    @Test
    void showsNobodyElseWhatItKeeps() throws Exception {
        complete(FOLDER);
        try (Stream<Path> all = Files.walk(root.resolve("orders"))) {
            for (Path path : all.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
            }
        }
    }

    @Test
    void staysInItsDirectory() {
        for (String folder : List.of(
                "",
                "..",
                "../x",
                "/etc/x",
                "a/../b",
                "a//b",
                ".hidden/x",
                "a/.b",
                "a b/c",
                "a/b\0",
                "ä/b",
                "x".repeat(101),
                "a/b/c/d/e",
                "a.partial/b",
                "orders/17-1.partial")) {
            assertThatIllegalArgumentException()
                    .as(folder)
                    .isThrownBy(() -> depot.write(folder, PLAIN))
                    .withMessageContaining(folder);
            assertThatIllegalArgumentException().isThrownBy(() -> depot.delete(folder));
            assertThatIllegalArgumentException().isThrownBy(() -> depot.sweep(folder));
        }
        try (ArtifactWriter writer = depot.write(FOLDER, PLAIN)) {
            for (String file : List.of("", "..", "../x", "/x", "a/../../x", "manifest.json", ".x", "a\\b", "a\n")) {
                assertThatIllegalArgumentException().as(file).isThrownBy(() -> writer.file(file));
            }
        }
    }

    @Test
    void keepsFilesInFolders() throws Exception {
        String digest;
        try (ArtifactWriter writer = depot.write(FOLDER, PLAIN)) {
            write(writer, "dump/toc.dat", "toc");
            write(writer, "globals.sql", "globals");
            digest = writer.complete(Map.of()).manifestSha256();
        }
        assertThat(depot.read(FOLDER, digest).open("dump/toc.dat")).hasContent("toc");
        depot.read(FOLDER, digest).verify();
    }

    @Test
    void tellsThatItsDirectoryIsAway() throws Exception {
        Files.move(root, root.resolveSibling("moved"));
        assertThatThrownBy(() -> depot.write(FOLDER, PLAIN))
                .isInstanceOfSatisfying(DepotFailure.Unavailable.class, away -> {
                    assertThat(away.mayPass()).isTrue();
                    assertThat(away.problem().detail())
                            .isEqualTo("Depot main: its directory " + root + " is not there.");
                });
        assertThatThrownBy(depot::look).isInstanceOf(DepotFailure.Unavailable.class);
        Files.move(root.resolveSibling("moved"), root);
        depot.look();
        assertThat(depot.freeBytes().orElseThrow()).isPositive();
    }

    @Test
    void isNoFasterThanItMayBe() throws Exception {
        byte[] content = TestDepots.noise(600_000, 1);
        Packing slow = new Packing(Compression.none(), null, 500_000L);
        long start = System.nanoTime();
        try (ArtifactWriter writer = depot.write(FOLDER, slow)) {
            writer.file("a").write(content);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(1000), Duration.ofSeconds(10));
    }

    @Test
    void tellsThatTheDiskIsFull() throws Exception {
        Path disk = Files.createDirectory(root.resolve("disk"));
        assumeThat(shell("mount -t tmpfs -o size=1m tmpfs " + disk))
                .as("may mount a small disk")
                .isZero();
        try {
            Depot small = TestDepots.directory(disk).named(null);
            try (ArtifactWriter writer = small.write(FOLDER, PLAIN)) {
                OutputStream file = writer.file("a");
                assertThatThrownBy(() -> file.write(TestDepots.noise(2_000_000, 1)))
                        .isInstanceOfSatisfying(DepotFailure.Full.class, full -> {
                            assertThat(full.problem().code()).isEqualTo("depot-full");
                            assertThat(full.mayPass()).isFalse();
                        });
                assertThatThrownBy(() -> writer.complete(Map.of())).hasMessageContaining("failed");
            }
            assertThat(small.freeBytes().orElseThrow()).isGreaterThan(900_000);
            try (Stream<Path> all = Files.walk(disk)) {
                assertThat(all.filter(Files::isRegularFile)).isEmpty();
            }
        } finally {
            assertThat(shell("umount " + disk)).isZero();
        }
    }

    @Test
    void refusesAKeyThatIsNotConfigured() {
        assertThatThrownBy(() -> depot.write(FOLDER, new Packing(Compression.zstd(3), "vault", null)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo("unknown-key"));
    }

    private void complete(String folder) throws IOException {
        try (ArtifactWriter writer = depot.write(folder, PLAIN)) {
            write(writer, "a", "content");
            writer.complete(Map.of());
        }
    }

    private static void write(ArtifactWriter writer, String name, String content) throws IOException {
        try (OutputStream out = writer.file(name)) {
            out.write(content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private static int shell(String command) throws Exception {
        return new ProcessBuilder("sh", "-c", command + " 2>/dev/null").start().waitFor();
    }
}
