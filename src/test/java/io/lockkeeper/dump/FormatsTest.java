package io.lockkeeper.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.dump.DumpFailure.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every nasty database, by every version, in every format.
class FormatsTest {
    @RegisterExtension
    static final Fingerprints FINGERPRINTS = new Fingerprints();

    static Stream<Arguments> nastyOnEveryVersion() {
        return Stream.of(15, 17, 18)
                .flatMap(major -> DumpedDatabase.nasty().stream().map(name -> Arguments.of(major, name)));
    }

    @ParameterizedTest
    @MethodSource("nastyOnEveryVersion")
    void holdTheSameContent(int major, String name, @TempDir Path folder) {
        try (var database = DumpedDatabase.nasty(major, name)) {
            DatabaseFacts facts = FINGERPRINTS.facts(database);
            ColumnOrders orders = facts.columnOrders();
            Fingerprint custom = FINGERPRINTS.of(database);
            ArchiveToc toc = database.content(Level.NONE).toc().orElseThrow();

            var directory = new DirectoryDump(Level.FULL, orders);
            DumpContent files =
                    DirectoryFiles.read(directory, DirectoryFiles.of(database.directory(folder.resolve("d"))));
            DumpContent text = Feeding.read(new PlainDump(Level.FULL, orders), database.plain(), 777);

            assertThat(Fingerprint.of(Level.FULL, files, directory.toc().orElseThrow(), facts))
                    .isEqualTo(custom);
            assertThat(Fingerprint.of(Level.FULL, text, toc, facts)).isEqualTo(custom);
        }
    }

    @Test
    void everyCutOfPlainSqlIsNoticed() {
        try (var database = DumpedDatabase.nasty(18, "names")) {
            byte[] dump = database.plain();
            int mark = new String(dump, StandardCharsets.ISO_8859_1).lastIndexOf("dump complete\n");
            for (int length = 0; length < mark + "dump complete\n".length(); length++) {
                byte[] cut = Arrays.copyOf(dump, length);
                assertThatThrownBy(() -> Feeding.read(new PlainDump(Level.FULL), cut, 10_000))
                        .as("%s of %s bytes", length, dump.length)
                        .isInstanceOfSatisfying(DumpFailure.class, failure -> assertThat(failure.kind())
                                .isEqualTo(Kind.TRUNCATED));
            }
        }
    }

    @Test
    void aPlainDumpEndsAtItsEnd() {
        try (var database = DumpedDatabase.fresh(17).sql("CREATE TABLE t (a int)")) {
            byte[] twice =
                    (new String(database.plain(), StandardCharsets.UTF_8).repeat(2)).getBytes(StandardCharsets.UTF_8);

            assertThatThrownBy(() -> Feeding.read(new PlainDump(Level.FULL), twice, 100))
                    .hasMessageContaining("goes on after the comment");
            assertThatThrownBy(() -> Feeding.read(
                            new PlainDump(Level.FULL),
                            database.sql("INSERT INTO t VALUES (1)").plain("--inserts"),
                            100))
                    .hasMessageContaining("INSERT statements");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void everyCutFileOfADirectoryIsNoticed(int major, @TempDir Path folder) {
        try (var database = DumpedDatabase.nasty(major, "partitions")) {
            database.sql("SELECT lo_from_bytea(0, 'first')", "SELECT lo_from_bytea(0, 'second')");
            Map<String, byte[]> files = DirectoryFiles.of(database.directory(folder.resolve("d")));
            assertThat(DirectoryFiles.read(files).largeObjects().count()).isEqualTo(2);

            files.forEach((name, bytes) -> {
                if (!name.startsWith("blob_")) { // their length is nowhere written
                    int essential = name.matches("\\d+\\.dat") ? bytes.length - 2 : bytes.length;
                    for (int length = 0; length < essential; length += length < essential - 200 ? 61 : 1) {
                        assertNotice(files, name, Arrays.copyOf(bytes, length));
                    }
                }
                assertNotice(files, name, null);
            });
        }
    }

    private static void assertNotice(Map<String, byte[]> files, String name, byte[] instead) {
        Map<String, byte[]> damaged = new TreeMap<>(files);
        if (instead == null) {
            damaged.remove(name);
        } else {
            damaged.put(name, instead);
        }
        assertThatThrownBy(() -> DirectoryFiles.read(damaged))
                .as("%s with %s bytes", name, instead == null ? "no" : instead.length)
                .isInstanceOf(DumpFailure.class);
    }

    @Test
    void filesThatNobodyKnowsAreRefused(@TempDir Path folder) {
        try (var database = DumpedDatabase.nasty(17, "types")) {
            Map<String, byte[]> files = DirectoryFiles.of(database.directory(folder.resolve("d")));
            files.put("9999.dat", new byte[0]);

            assertThatThrownBy(() -> DirectoryFiles.read(files))
                    .hasMessage("The table of contents knows no file 9999.dat.");
        }
    }

    @Test
    void anyGarbageIsSurvived(@TempDir Path folder) {
        try (var database = DumpedDatabase.nasty(18, "names")) {
            var random = new Random(5);
            Map<String, byte[]> files = DirectoryFiles.of(database.directory(folder.resolve("d")));
            byte[] plain = database.plain();
            for (int i = 0; i < 500; i++) {
                Map<String, byte[]> damaged = new TreeMap<>(files);
                damaged.replaceAll((name, bytes) -> withFlips(bytes, random));
                byte[] text = withFlips(plain, random);
                surviving(() -> DirectoryFiles.read(damaged));
                surviving(() -> Feeding.read(new PlainDump(Level.FULL), text, 1_000));
            }
        }
    }

    private static byte[] withFlips(byte[] bytes, Random random) {
        byte[] damaged = bytes.clone();
        for (int flips = random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
            damaged[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return damaged;
    }

    private static void surviving(Runnable reading) {
        try {
            reading.run();
        } catch (DumpFailure known) {
            assertThat(known.getMessage()).endsWith(".");
        }
    }
}
