package io.lockkeeper.depot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What an artifact promises: what comes back is what was brought, or it says so.
class ArtifactTest {
    private static final String FOLDER = "orders/17-1";
    private static final TestDepots.Pair PAIR = TestDepots.Pair.generate();

    @TempDir
    Path root;

    static Stream<Packing> packings() {
        return Stream.of(Compression.zstd(3), Compression.zstd(9), Compression.gzip(6), Compression.none())
                .flatMap(how -> Stream.of(new Packing(how, null, null), new Packing(how, "vault", null)));
    }

    @ParameterizedTest
    @MethodSource("packings")
    void givesBackWhatItWasGiven(Packing packing) throws Exception {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        int[] sizes = {0, 1, 4096, 65_535, 65_536, 65_537, 131_072, 1_000_003};
        for (int size : sizes) {
            contents.put("text-" + size, TestDepots.text(size, size));
            contents.put("noise-" + size, TestDepots.noise(size, size));
        }
        Depot depot = depot();
        Sealed sealed = write(depot, packing, contents);
        ArtifactReader reader = depot.read(FOLDER, sealed.manifestSha256());
        reader.check();
        reader.verify();
        for (var content : contents.entrySet()) {
            try (var in = reader.open(content.getKey())) {
                assertThat(in.readAllBytes()).as(content.getKey()).isEqualTo(content.getValue());
                assertThat(in.read()).isEqualTo(-1);
            }
        }
        assertThat(reader.manifest().about()).containsEntry("target", "orders");
        assertThat(reader.manifest().totalBytes()).isEqualTo(sealed.bytes());
        assertThat(sealed.recipient()).isEqualTo(packing.key() == null ? null : PAIR.recipient());
    }

    @Test
    void takesSeveralFilesAtOnce() throws Exception {
        Depot depot = depot();
        Sealed sealed;
        try (ArtifactWriter writer = depot.write(FOLDER, new Packing(Compression.zstd(3), "vault", null));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> tasks = Stream.iterate(0, i -> i < 20, i -> i + 1)
                    .map(i -> (Callable<Void>) () -> {
                        try (OutputStream out = writer.file("file-" + i)) {
                            byte[] text = TestDepots.text(300_000, i);
                            for (int at = 0; at < text.length; at += 777) {
                                out.write(text, at, Math.min(777, text.length - at));
                            }
                        }
                        return null;
                    })
                    .toList();
            for (var done : threads.invokeAll(tasks)) {
                done.get(30, TimeUnit.SECONDS);
            }
            assertThat(writer.bytes()).isEqualTo(20 * 300_000);
            assertThat(writer.storedBytes()).isBetween(100_000L, 3_000_000L);
            sealed = writer.complete(Map.of());
        }
        ArtifactReader reader = depot.read(FOLDER, sealed.manifestSha256());
        for (int i = 0; i < 20; i++) {
            assertThat(reader.open("file-" + i).readAllBytes()).isEqualTo(TestDepots.text(300_000, i));
        }
    }

    @ParameterizedTest
    @MethodSource("packings")
    void isNeverSilentlyWrong(Packing packing) throws Exception {
        Map<String, byte[]> contents = Map.of(
                "toc.dat", TestDepots.text(2_000, 1),
                "big.dat", TestDepots.text(300_000, 2),
                "noise.dat", TestDepots.noise(150_000, 3),
                "empty.dat", new byte[0]);
        Depot depot = depot();
        Sealed sealed = write(depot, packing, contents);
        Random random = new Random(42);
        for (Path file : stored()) {
            byte[] right = Files.readAllBytes(file);
            for (int round = 0; round < 8 && right.length > 0; round++) {
                byte[] wrong = right.clone();
                int at = round == 0 ? 0 : round == 1 ? right.length - 1 : random.nextInt(right.length);
                wrong[at] ^= (byte) (1 << random.nextInt(8));
                assertNoticed(depot, sealed, contents, file, wrong, "bit flipped at " + at);
            }
            for (int cut : new int[] {0, right.length / 2, right.length - 16, right.length - 1}) {
                if (cut >= 0 && cut < right.length) {
                    assertNoticed(depot, sealed, contents, file, Arrays.copyOf(right, cut), "cut at " + cut);
                }
            }
            assertNoticed(depot, sealed, contents, file, Arrays.copyOf(right, right.length + 1), "one byte more");
            Files.write(file, right);
        }
        readAll(depot, sealed, contents);
    }

    private void assertNoticed(
            Depot depot, Sealed sealed, Map<String, byte[]> contents, Path file, byte[] wrong, String how)
            throws IOException {
        Files.write(file, wrong);
        String name = root.resolve(FOLDER).relativize(file).toString();
        Throwable read = catchThrowable(() -> readAll(depot, sealed, contents));
        Throwable verified =
                catchThrowable(() -> depot.read(FOLDER, sealed.manifestSha256()).verify());
        for (Throwable noticed : Arrays.asList(read, verified)) {
            assertThat(noticed)
                    .as(name + ": " + how)
                    .isInstanceOfSatisfying(DepotFailure.Damaged.class, damaged -> assertThat(damaged.file())
                            .isEqualTo(name));
        }
    }

    /// Damage of one file must not show as damage of another: each is read for itself, and all are.
    private static void readAll(Depot depot, Sealed sealed, Map<String, byte[]> contents) throws IOException {
        ArtifactReader reader = depot.read(FOLDER, sealed.manifestSha256());
        for (var content : contents.entrySet()) {
            try (var in = reader.open(content.getKey())) {
                assertThat(in.readAllBytes()).isEqualTo(content.getValue());
            }
        }
    }

    @Test
    void noticesFilesThatAreGoneOrSwapped() throws Exception {
        Map<String, byte[]> contents =
                Map.of("a", TestDepots.noise(5_000, 1), "b", TestDepots.noise(5_000, 2), "c", new byte[0]);
        Depot depot = depot();
        Sealed sealed = write(depot, new Packing(Compression.none(), "vault", null), contents);
        Path folder = root.resolve(FOLDER);
        swap(folder.resolve("a.age"), folder.resolve("b.age"));
        ArtifactReader reader = depot.read(FOLDER, sealed.manifestSha256());
        reader.check(); // sizes are the same
        assertThatThrownBy(reader::verify).isInstanceOf(DepotFailure.Damaged.class);
        assertThatThrownBy(() -> reader.open("b").readAllBytes()).isInstanceOf(DepotFailure.Damaged.class);
        swap(folder.resolve("a.age"), folder.resolve("b.age"));
        reader.verify();

        Files.delete(folder.resolve("c.age"));
        for (Throwable missing : List.of(
                catchThrowable(reader::check),
                catchThrowable(reader::verify),
                catchThrowable(() -> reader.open("c")))) {
            assertThat(missing)
                    .isInstanceOfSatisfying(DepotFailure.Missing.class, gone -> assertThat(gone.file())
                            .isEqualTo("c.age"))
                    .hasMessage("artifact-missing: Depot main: the file orders/17-1/c.age is not there.");
        }
        Files.delete(folder.resolve("manifest.json"));
        assertThatThrownBy(() -> depot.read(FOLDER, sealed.manifestSha256())).isInstanceOf(DepotFailure.Missing.class);
    }

    @Test
    void believesOnlyTheManifestThatWasSealed() throws Exception {
        Depot depot = depot();
        Packing packing = new Packing(Compression.zstd(3), "vault", null);
        write(depot, packing, Map.of("a", new byte[10]));
        assertThatThrownBy(() -> depot.read(FOLDER, Manifest.sha256(new byte[0])))
                .isInstanceOf(DepotFailure.Damaged.class)
                .hasMessageContaining("manifest.json is not the one that was written");
    }

    @Test
    void isNotOpenedWithAnotherKeyOfThatName() throws Exception {
        Sealed sealed = write(depot(), new Packing(Compression.zstd(3), "vault", null), Map.of("a", new byte[10]));
        Depot other = TestDepots.sealed(root, TestDepots.Pair.generate()).named(null);
        ArtifactReader reader = other.read(FOLDER, sealed.manifestSha256());
        reader.verify(); // which needs no key
        assertThatThrownBy(() -> reader.open("a")).isInstanceOfSatisfying(DepotFailure.KeyLost.class, lost -> {
            assertThat(lost.problem().code()).isEqualTo("key-lost");
            assertThat(lost.problem().detail()).contains("vault").contains(PAIR.recipient());
        });
    }

    private Depot depot() {
        return TestDepots.configured(Map.of(
                        "lockkeeper.depots.main.directory", root.toString(),
                        "lockkeeper.keys.vault.identity", PAIR.identity()))
                .named(null);
    }

    private static Sealed write(Depot depot, Packing packing, Map<String, byte[]> contents) throws IOException {
        try (ArtifactWriter writer = depot.write(FOLDER, packing)) {
            for (var content : contents.entrySet()) {
                try (OutputStream out = writer.file(content.getKey())) {
                    out.write(content.getValue());
                }
            }
            return writer.complete(Map.of("target", "orders"));
        }
    }

    private List<Path> stored() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static void swap(Path one, Path other) throws IOException {
        Path aside = one.resolveSibling("aside");
        Files.move(one, aside);
        Files.move(other, one, StandardCopyOption.REPLACE_EXISTING);
        Files.move(aside, other);
    }
}
