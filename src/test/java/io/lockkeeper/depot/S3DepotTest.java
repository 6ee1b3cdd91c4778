package io.lockkeeper.depot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.depot.FaultProxy.Harm;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a real server of S3, through a line that breaks.
class S3DepotTest {
    private static final String FOLDER = "orders/17-1";
    private static final TestDepots.Pair PAIR = TestDepots.Pair.generate();
    private static final Packing PLAIN = new Packing(Compression.none(), null, null);
    private static final Packing SEALED = new Packing(Compression.zstd(3), "vault", null);
    private static final int SEVERAL_PARTS = 2 * PartSizes.SMALLEST + 1_000_000;
    private static final Predicate<String> EVERYTHING = head -> true;
    private static final Predicate<String> PARTS = head -> head.startsWith("PUT") && head.contains("partNumber=");
    private static final Predicate<String> READS = head -> head.startsWith("GET") && !head.contains("list-type");

    private final S3Server server = S3Server.shared();
    private final String prefix = UUID.randomUUID().toString();
    private FaultProxy line;
    private Depot depot;

    @TempDir
    Path secrets;

    @BeforeEach
    void open() throws IOException {
        line = new FaultProxy(server.port());
        depot = depot(Map.of());
    }

    @AfterEach
    void close() throws IOException {
        line.close();
    }

    @Test
    void keepsSmallAndLargeFiles() throws Exception {
        byte[] small = TestDepots.text(10_000, 1);
        byte[] large = TestDepots.noise(SEVERAL_PARTS, 2);
        Sealed sealed;
        try (ArtifactWriter writer = depot.write(FOLDER, SEALED)) {
            write(writer, "toc.dat", small);
            write(writer, "dump/1.dat", large);
            write(writer, "empty.dat", new byte[0]);
            assertThat(depot.exists(FOLDER)).isFalse();
            sealed = writer.complete(Map.of("target", "orders"));
        }
        assertThat(depot.exists(FOLDER)).isTrue();
        ArtifactReader reader = depot.read(FOLDER, sealed.manifestSha256());
        reader.check();
        reader.verify();
        assertThat(reader.open("toc.dat").readAllBytes()).isEqualTo(small);
        assertThat(reader.open("dump/1.dat").readAllBytes()).isEqualTo(large);
        assertThat(reader.open("empty.dat").readAllBytes()).isEmpty();
        assertThat(objects())
                .containsExactly(
                        FOLDER + "/dump/1.dat.zst.age",
                        FOLDER + "/empty.dat.zst.age",
                        FOLDER + "/manifest.json",
                        FOLDER + "/toc.dat.zst.age");
        assertThat(line.requests()).filteredOn(PARTS::test).hasSize(3);
        assertThat(depot.freeBytes()).isEmpty();
        depot.look();
    }

    @Test
    void takesBackWhatIsNotComplete() throws Exception {
        try (ArtifactWriter writer = depot.write(FOLDER, PLAIN)) {
            write(writer, "a", new byte[100]);
            writer.file("b").write(TestDepots.noise(SEVERAL_PARTS, 1));
            assertThat(objects()).isNotEmpty();
        }
        assertThat(depot.exists(FOLDER)).isFalse();
        assertNothingLeft();
    }

    @Test
    void takesBackWhatAnInterruptedThreadLeaves() throws Exception {
        ArtifactWriter writer = depot.write(FOLDER, PLAIN);
        OutputStream file = writer.file("b");
        file.write(TestDepots.noise(SEVERAL_PARTS, 1));
        Thread.currentThread().interrupt();
        writer.close();
        assertThat(Thread.interrupted()).isTrue();
        assertNothingLeft();
    }

    @Test
    void sweepsWhatACrashLeft() throws Exception {
        ArtifactWriter crashed = depot.write(FOLDER, PLAIN);
        write(crashed, "a", new byte[100]);
        crashed.file("b").write(TestDepots.noise(SEVERAL_PARTS, 1));
        complete("orders/17-10", new byte[10]);

        assertThat(depot.sweep(FOLDER)).isTrue();
        assertThat(depot.sweep(FOLDER)).isFalse();
        assertThat(depot.sweep("orders/17-10")).isFalse();
        assertThat(objects()).containsExactly("orders/17-10/a", "orders/17-10/manifest.json");

        depot.delete("orders/17-10");
        depot.delete("orders/17-10");
        assertNothingLeft();
    }

    @Test
    void neverWritesOverAnArtifact() throws Exception {
        try (ArtifactWriter slow = depot.write(FOLDER, PLAIN)) {
            complete(FOLDER, new byte[20]);
            assertThatThrownBy(() -> slow.complete(Map.of())).isInstanceOf(DepotFailure.Taken.class);
        }
        assertThatThrownBy(() -> depot.write(FOLDER, PLAIN)).isInstanceOf(DepotFailure.Taken.class);
        assertThat(objects()).containsExactly(FOLDER + "/a", FOLDER + "/manifest.json");
    }

    @Test
    void triesAgainWhenTheServerIsBusyOrTheLineIsCut() throws Exception {
        byte[] large = TestDepots.noise(SEVERAL_PARTS, 3);
        line.harm(2, PARTS, new Harm.Answer(503, "SlowDown"));
        line.harm(1, PARTS, new Harm.CutRequest(300_000));
        line.harm(1, PARTS, new Harm.FlipBit());
        line.harm(1, head -> head.contains("?uploads"), new Harm.Answer(500, "InternalError"));
        line.harm(1, head -> head.startsWith("POST") && head.contains("uploadId="), new Harm.LoseAnswer());
        line.harm(1, head -> head.startsWith("PUT") && head.contains("manifest.json"), new Harm.LoseAnswer());
        Sealed sealed = complete(FOLDER, large);

        line.harm(1, READS, new Harm.Answer(503, "ServiceUnavailable"));
        line.harm(1, READS, new Harm.CutAnswer(200));
        ArtifactReader reader = depot.read(FOLDER, sealed.manifestSha256());
        for (int after : new int[] {1, 5_000_000, 700_000, 9_000_000}) {
            line.harm(1, READS, new Harm.CutAnswer(after));
        }
        assertThat(reader.open("a").readAllBytes()).isEqualTo(large);
        assertThat(line.requests().stream().filter(READS)).hasSizeGreaterThanOrEqualTo(8);
    }

    @Test
    void givesUpInTheEnd() throws Exception {
        for (Harm harm : List.of(new Harm.Answer(503, "SlowDown"), new Harm.CutAnswer(0), new Harm.Silence())) {
            line.mend();
            line.harm(1000, EVERYTHING, harm);
            long start = System.nanoTime();
            assertThatThrownBy(() -> depot(Map.of("timeout", "PT0.3S")).write(FOLDER, PLAIN))
                    .isInstanceOfSatisfying(DepotFailure.Unavailable.class, away -> {
                        assertThat(away.mayPass()).isTrue();
                        assertThat(away.problem().detail())
                                .startsWith("Depot main: the server ")
                                .doesNotContain("callers");
                    });
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        }
        line.close();
        assertThatThrownBy(() -> depot.look()).isInstanceOf(DepotFailure.Unavailable.class);
    }

    @Test
    void leavesNothingWhenTheServerFailsForGood() throws Exception {
        line.harm(1000, PARTS, new Harm.Answer(507, "InsufficientStorage"));
        try (ArtifactWriter writer = depot.write(FOLDER, PLAIN)) {
            assertThatThrownBy(() -> write(writer, "a", TestDepots.noise(SEVERAL_PARTS, 1)))
                    .isInstanceOf(DepotFailure.Full.class);
        }
        assertNothingLeft();
    }

    @Test
    void tellsWrongCredentials() throws Exception {
        Path file = secrets.resolve("secret");
        Files.writeString(file, "wrong\n");
        Depot byFile = depot(Map.of("secret-access-key", "", "secret-access-key-file", file.toString()));
        assertThatThrownBy(byFile::look).isInstanceOfSatisfying(DepotFailure.Denied.class, denied -> {
            assertThat(denied.mayPass()).isFalse();
            assertThat(denied.problem().detail())
                    .contains("403 SignatureDoesNotMatch")
                    .contains("credentials");
        });
        Files.writeString(file, S3Server.SECRET + "\n");
        byFile.look(); // without a new start
        Files.delete(file);
        assertThatThrownBy(byFile::look)
                .isInstanceOf(DepotFailure.Denied.class)
                .hasMessageContaining("there are no credentials");

        line.harm(1, EVERYTHING, new Harm.Answer(400, "ExpiredToken"));
        assertThatThrownBy(depot::look).isInstanceOf(DepotFailure.Denied.class).hasMessageContaining("have expired");
        assertThatThrownBy(depot(Map.of("bucket", "not-there"))::look)
                .isInstanceOf(DepotFailure.Denied.class)
                .hasMessageContaining("no such bucket");
    }

    @Test
    void noticesDamageAndAbsence() throws Exception {
        Sealed sealed = complete(FOLDER, TestDepots.noise(100_000, 1));
        Path object = server.bucket().resolve(prefix).resolve(FOLDER).resolve("a");
        byte[] wrong = Files.readAllBytes(object);
        wrong[77] ^= 1;
        Files.write(object, wrong);
        ArtifactReader reader = depot.read(FOLDER, sealed.manifestSha256());
        assertThatThrownBy(() -> reader.open("a").readAllBytes()).isInstanceOf(DepotFailure.Damaged.class);
        assertThatThrownBy(reader::verify).isInstanceOf(DepotFailure.Damaged.class);
        Files.write(object, new byte[99_999]);
        assertThatThrownBy(reader::check)
                .isInstanceOf(DepotFailure.Damaged.class)
                .hasMessageContaining("99999 bytes instead of 100000");
        Files.delete(object);
        assertThatThrownBy(reader::check).isInstanceOf(DepotFailure.Missing.class);
        assertThatThrownBy(() -> reader.open("a")).isInstanceOf(DepotFailure.Missing.class);
        depot.delete(FOLDER);
        assertThatThrownBy(() -> depot.read(FOLDER, sealed.manifestSha256())).isInstanceOf(DepotFailure.Missing.class);
    }

    @Test
    void hasPartsForFiveTebibytes() {
        long all = 0;
        for (int part = 1; part <= PartSizes.MOST_PARTS; part++) {
            all += PartSizes.of(part);
        }
        assertThat(all).isGreaterThan(5L << 40);
        assertThat(PartSizes.of(1)).isEqualTo(PartSizes.SMALLEST);
        assertThat(PartSizes.of(PartSizes.MOST_PARTS)).isEqualTo(PartSizes.LARGEST);
    }

    private Depot depot(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "lockkeeper.depots.main.s3.endpoint",
                "http://127.0.0.1:" + line.port(),
                "lockkeeper.depots.main.s3.bucket",
                S3Server.BUCKET,
                "lockkeeper.depots.main.s3.prefix",
                "/" + prefix + "/",
                "lockkeeper.depots.main.s3.access-key-id",
                S3Server.ID,
                "lockkeeper.depots.main.s3.secret-access-key",
                S3Server.SECRET,
                "lockkeeper.keys.vault.identity",
                PAIR.identity()));
        more.forEach((name, value) -> settings.put("lockkeeper.depots.main.s3." + name, value));
        settings.values().removeIf(String::isEmpty);
        return TestDepots.configured(settings).named(null);
    }

    private Sealed complete(String folder, byte[] content) throws IOException {
        try (ArtifactWriter writer = depot.write(folder, PLAIN)) {
            write(writer, "a", content);
            return writer.complete(Map.of());
        }
    }

    private static void write(ArtifactWriter writer, String name, byte[] content) throws IOException {
        try (OutputStream out = writer.file(name)) {
            out.write(content);
        }
    }

    private void assertNothingLeft() throws IOException {
        assertThat(objects()).isEmpty();
        assertThat(depot.sweep(FOLDER)).as("something was left to sweep").isFalse();
    }

    private List<String> objects() throws IOException {
        Path below = server.bucket().resolve(prefix);
        if (Files.notExists(below)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> below.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }
}
