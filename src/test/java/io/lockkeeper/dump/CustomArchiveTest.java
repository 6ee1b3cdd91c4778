package io.lockkeeper.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real archives of real databases.
class CustomArchiveTest {
    @ParameterizedTest
    @ValueSource(ints = {15, 17, 18})
    void readsTheTableOfContentsAndTheRows(int major) {
        try (var database = DumpedDatabase.nasty(major, "objects")) {
            var archive = new CustomArchive(Level.FULL);
            DumpContent content = Feeding.read(archive, database.custom(), 100);

            ArchiveToc toc = content.toc().orElseThrow();
            assertThat(archive.toc()).contains(toc);
            assertThat(toc.version()).isEqualTo(major == 15 ? 14 : 16);
            assertThat(toc.dumpVersion()).startsWith(major + ".");
            assertThat(toc.database()).isEqualTo(database.address().database());
            assertThat(toc.entries()).anySatisfy(entry -> {
                assertThat(entry.type()).isEqualTo("TABLE");
                assertThat(entry.table()).isEqualTo(new TableName("app", "orders"));
                assertThat(entry.owner()).isEqualTo("dump \"owner");
                assertThat(entry.tableAccessMethod()).isEqualTo("heap");
                assertThat(entry.definition()).startsWith("CREATE TABLE app.orders (");
            });
            TableRows orders = content.tables().get(new TableName("app", "orders"));
            assertThat(orders.columns()).containsExactly("id", "customer", "amount", "note");
            assertThat(orders.sum().rows()).isEqualTo(500);
            assertThat(content.sequences()).containsExactly(new SequenceState("app", "orders_id_seq", 1000, false));
            assertThat(content.largeObjects().count()).isEqualTo(43);
            assertThat(content.largeObjects().each())
                    .contains(new LargeObject(70001, 0, Sha256.of("")))
                    .contains(new LargeObject(70004, 28, Sha256.of("large object 2large object 2")))
                    .anyMatch(object -> object.oid() == 4_000_000_001L && object.size() == 500_000);
        }
    }

    @Test
    void readsOldServersWithNewTools() {
        try (var database = DumpedDatabase.nasty(15, "objects")) {
            DumpContent old = database.content(Level.FULL);
            DumpContent young = database.by(18).content(Level.FULL);

            assertThat(young.tables()).isEqualTo(old.tables());
            assertThat(young.largeObjects()).isEqualTo(old.largeObjects());
            assertThat(young.sequences()).isEqualTo(old.sequences());
        }
    }

    @Test
    void cutsInAnyPlacesChangeNothing() {
        try (var database = DumpedDatabase.nasty(17, "names")) {
            byte[] dump = database.custom();
            DumpContent whole = read(dump, Integer.MAX_VALUE);

            for (int chunk : new int[] {1, 3, 4, 5, 100, 4_096}) {
                assertThat(read(dump, chunk)).as("chunks of %s", chunk).isEqualTo(whole);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 17, 18})
    void readsArchivesThatWereWrittenToFiles(int major, @TempDir Path folder) throws IOException {
        try (var database = DumpedDatabase.nasty(major, "names")) {
            DumpContent piped = database.content(Level.FULL);
            byte[] named = database.customIn(folder.resolve("named"), true);
            byte[] redirected = database.customIn(folder.resolve("redirected"), false);

            assertThat(read(named, 777).tables()).isEqualTo(piped.tables());
            assertThat(read(redirected, 777).tables()).isEqualTo(piped.tables());
            byte[] more = Arrays.copyOf(redirected, redirected.length + 1);
            assertThatThrownBy(() -> read(more, 777)).isInstanceOf(DumpFailure.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void noticesEveryTruncation(int major) {
        try (var database = DumpedDatabase.nasty(major, "partitions")) {
            database.sql("SELECT lo_from_bytea(0, 'first')", "SELECT lo_from_bytea(0, 'second')");
            byte[] dump = database.custom();

            for (int length = 0; length < dump.length; length += length < dump.length - 3_000 ? 97 : 1) {
                byte[] cut = Arrays.copyOf(dump, length);
                assertThatThrownBy(() -> read(cut, 5_000))
                        .as("%s of %s bytes", length, dump.length)
                        .isInstanceOfSatisfying(DumpFailure.class, failure -> assertThat(failure.kind())
                                .isEqualTo(DumpFailure.Kind.TRUNCATED));
            }
        }
    }

    @Test
    void survivesAnyGarbage() {
        try (var database = DumpedDatabase.nasty(18, "names")) {
            byte[] dump = database.custom();
            var random = new Random(11);
            for (int i = 0; i < 2_000; i++) {
                byte[] damaged = dump.clone();
                for (int flips = random.nextInt(4); flips >= 0; flips--) {
                    damaged[random.nextInt(dump.length)] = (byte) random.nextInt(256);
                }
                try {
                    read(damaged, 10_000);
                } catch (DumpFailure known) {
                    assertThat(known.getMessage()).endsWith(".");
                }
            }
        }
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        byte[] future = {'P', 'G', 'D', 'M', 'P', 1, 99, 0, 4, 8, 1, 0};
        byte[] directory = {'P', 'G', 'D', 'M', 'P', 1, 16, 0, 4, 8, 3, 0};
        byte[] plain = "-- PostgreSQL database dump".getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> read(future, 100))
                .hasMessage("This is an archive of version 1.99; known are 1.12 to 1.16.");
        assertThatThrownBy(() -> read(directory, 100)).hasMessageContaining("not the custom format");
        assertThatThrownBy(() -> read(plain, 100)).hasMessage("This is no archive of pg_dump.");
    }

    @Test
    void refusesArchivesThatNobodyElseCanRead() {
        try (var database = DumpedDatabase.fresh(17).sql("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)")) {
            assertThatThrownBy(() -> read(database.custom("--compress=1"), 100))
                    .hasMessageContaining("compressed by pg_dump itself");
            assertThatThrownBy(() -> read(database.custom("--inserts"), 100))
                    .hasMessage("The rows of public.t were dumped as INSERT statements.");
        }
    }

    @Test
    void tellsHowFarItHasCome() {
        try (var database = DumpedDatabase.nasty(17, "partitions")) {
            byte[] dump = database.custom();
            var archive = new CustomArchive(Level.COUNTS);
            assertThat(archive.progress().entries()).isZero();

            Feeding.feed(archive, Arrays.copyOf(dump, dump.length - 200), 1_000);

            int entries = (int) archive.toc().orElseThrow().withData().count();
            assertThat(archive.progress().entries()).isEqualTo(entries);
            assertThat(archive.progress().finished()).hasSizeBetween(1, entries - 1);
            assertThat(archive.progress().bytes()).isBetween(1_000L, (long) dump.length);
        }
    }

    @Test
    void readsNoContentWhenNobodyWantsIt() {
        try (var database = DumpedDatabase.nasty(17, "types")) {
            assertThat(database.content(Level.NONE).tables().values())
                    .isNotEmpty()
                    .allMatch(rows -> rows.sum() == null);
            assertThat(database.content(Level.COUNTS).tables().get(new TableName("public", "duplicates")))
                    .isEqualTo(new TableRows(List.of("a", "b"), new TableSum(6, null)));
        }
    }

    /// pg_dump 16 writes version 1.15: as 1.14, but for one byte that names the compression.
    @Test
    void readsTheVersionInBetween() {
        try (var database = DumpedDatabase.nasty(15, "names")) {
            byte[] dump = database.custom();
            byte[] between = new byte[dump.length - 4];
            System.arraycopy(dump, 0, between, 0, 11);
            between[6] = 15;
            System.arraycopy(dump, 16, between, 12, dump.length - 16);

            DumpContent content = read(between, 100);

            assertThat(content.tables()).isEqualTo(read(dump, 100).tables());
            assertThat(content.toc().orElseThrow().entries())
                    .isEqualTo(read(dump, 100).toc().orElseThrow().entries());
        }
    }

    @Test
    void readsNamesInAnyEncoding() {
        for (String encoding : List.of("LATIN1", "EUC_JP", "SQL_ASCII")) {
            String name = encoding.equals("EUC_JP") ? "表" : encoding.equals("LATIN1") ? "täble" : "plain";
            try (var database = DumpedDatabase.encoded(17, encoding).sql("CREATE TABLE \"" + name + "\" (a int)")) {
                assertThat(database.content(Level.FULL).tables()).containsOnlyKeys(new TableName("public", name));
                assertThat(Feeding.read(new PlainDump(Level.FULL), database.plain(), 50)
                                .tables())
                        .containsOnlyKeys(new TableName("public", name));
            }
        }
    }

    private static DumpContent read(byte[] dump, int chunk) {
        return Feeding.read(new CustomArchive(Level.FULL), dump, chunk);
    }
}
