package io.lockkeeper.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.dump.Difference.Code;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A copy in which one thing is not as it was.
class ComparisonTest {
    @RegisterExtension
    static final Fingerprints FINGERPRINTS = new Fingerprints();

    private static DumpedDatabase original;
    private static byte[] dump;
    private static Fingerprint expected;

    @BeforeAll
    static void dump() {
        original = DumpedDatabase.nasty(17, "objects")
                .sql(
                        "DROP PUBLICATION everything", // it wants a replica identity of every table that is changed
                        "CREATE TABLE twins (t text)",
                        "INSERT INTO twins VALUES ('a'), ('a'), ('c')",
                        "CREATE TABLE pairs (a int, b text)",
                        "INSERT INTO pairs VALUES (1, 'x'), (2, 'y'), (3, NULL), (4, '')",
                        "CREATE TABLE parts (a int) PARTITION BY RANGE (a)",
                        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)",
                        "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20)",
                        "INSERT INTO parts SELECT generate_series(0, 19)",
                        "CREATE MATERIALIZED VIEW seen AS SELECT count(*) FROM pairs",
                        "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
                        "CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 2'");
        dump = original.custom();
        expected = FINGERPRINTS.of(original, dump);
    }

    @AfterAll
    static void drop() {
        original.close();
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                change(
                        "UPDATE pairs SET b = 'z' WHERE a = 2",
                        Code.CONTENT,
                        "public.pairs: same number of rows (4), different content"),
                change(
                        "UPDATE pairs SET b = '' WHERE b IS NULL",
                        Code.CONTENT,
                        "public.pairs: same number of rows (4), different content"),
                change(
                        "UPDATE pairs SET b = CASE a WHEN 1 THEN 'y' ELSE 'x' END WHERE a < 3",
                        Code.CONTENT,
                        "public.pairs: same number of rows (4), different content"),
                change("DELETE FROM pairs WHERE a = 1", Code.CONTENT, "public.pairs: 4 rows expected, 3 found"),
                change("INSERT INTO pairs VALUES (1, 'x')", Code.CONTENT, "public.pairs: 4 rows expected, 5 found"),
                change(
                        "UPDATE twins SET t = 'b' WHERE t = 'a'",
                        Code.CONTENT,
                        "public.twins: same number of rows (3), different content"),
                change("DELETE FROM parts WHERE a = 15", Code.CONTENT, "public.parts: 20 rows expected, 19 found"),
                change("TRUNCATE twins", Code.CONTENT, "public.twins: 3 rows expected, 0 found"),
                change(
                        "SELECT lo_put(70003, 3, 'X')",
                        Code.CONTENT,
                        "large object 70003: same size (14 bytes), different content"),
                change(
                        "SELECT lo_put(70003, 14, 'X')",
                        Code.CONTENT,
                        "large object 70003: 14 bytes expected, 15 found"),
                change("SELECT lo_unlink(70003)", Code.CONTENT, "large object 70003: missing"),
                change(
                        "SELECT setval('app.orders_id_seq', 1000, true)",
                        Code.CONTENT,
                        "app.orders_id_seq: sequence expected at 1000 (not yet handed out), found at 1000"),
                change(
                        "ALTER TABLE pairs ADD CHECK (a > 0)",
                        Code.SCHEMA,
                        "TABLE public.pairs: owner or definition differ"),
                change("DROP INDEX app.partial", Code.SCHEMA, "INDEX app.partial: missing"),
                change("CREATE INDEX more ON pairs (a)", Code.SCHEMA, "INDEX public.more: not expected"),
                change(
                        "ALTER TABLE pairs OWNER TO dump_reader",
                        Code.SCHEMA,
                        "TABLE public.pairs: owner or definition differ"),
                change("REVOKE SELECT ON app.orders FROM dump_reader", Code.SCHEMA, "ACL app.TABLE orders: missing"),
                change(
                        "CREATE OR REPLACE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 3'",
                        Code.SCHEMA,
                        "FUNCTION public.f(text): owner or definition differ"),
                change("DROP POLICY own_rows ON app.orders", Code.SCHEMA, "POLICY app.orders own_rows: missing"),
                change(
                        "ALTER DATABASE \"%s\" SET statement_timeout = '3s'",
                        Code.PROPERTIES, "setting statement_timeout = 3s: not expected"),
                change(
                        "ALTER ROLE dump_reader IN DATABASE \"%s\" SET work_mem = '5MB'",
                        Code.PROPERTIES, "setting of role dump_reader: work_mem = 5MB: not expected"),
                change(
                        "ALTER DATABASE \"%s\" CONNECTION LIMIT 7",
                        Code.PROPERTIES, "connection limit: -1 expected, 7 found"),
                change(
                        "REVOKE CONNECT ON DATABASE \"%s\" FROM PUBLIC",
                        Code.PROPERTIES, "privilege on the database PUBLIC: CONNECT, TEMPORARY: missing"),
                change(
                        "CREATE EXTENSION IF NOT EXISTS plpgsql; DROP EXTENSION plpgsql CASCADE",
                        Code.PROPERTIES,
                        "extension plpgsql: version 1.0 in schema pg_catalog expected, none found"));
    }

    private static Arguments change(String sql, Code code, String sentence) {
        return Arguments.of(sql, code, sentence);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void namesWhatIsNotAsItWas(String sql, Code code, String sentence) {
        try (var copy = original.restored(dump)) {
            copy.sql(sql.formatted(copy.address().database()));

            Comparison comparison = Comparison.of(expected, FINGERPRINTS.against(expected, copy));

            assertThat(comparison.equal()).isFalse();
            assertThat(comparison.differences()).anySatisfy(difference -> {
                assertThat(difference.code()).isEqualTo(code);
                assertThat(difference.sentence()).isEqualTo(sentence);
            });
        }
    }

    @Test
    void sayWhatWasNotCompared() {
        try (var copy = original.restored(dump)) {
            Comparison comparison = Comparison.of(expected, FINGERPRINTS.against(expected, copy));

            assertThat(comparison.differences()).isEmpty();
            assertThat(comparison.notes())
                    .containsExactlyInAnyOrder(
                            "app.far_away was not compared: its rows lie on another server.",
                            "public.seen was not compared: it was computed anew.");
        }
    }

    @Test
    void aMissingTableIsNamedInSchemaAndContent() {
        try (var copy = original.restored(dump).sql("DROP TABLE twins")) {
            assertThat(Comparison.of(expected, FINGERPRINTS.against(expected, copy))
                            .differences())
                    .extracting(Difference::sentence)
                    .containsExactly(
                            "TABLE public.twins: missing", "public.twins: 3 rows expected, the table is missing");
        }
    }

    @Test
    void whatTheDumpLeavesOutIsNoDifference() {
        byte[] partial = original.custom("--exclude-table=public.twins", "--exclude-table-data=public.pairs");
        Fingerprint lean = FINGERPRINTS.of(original, partial);
        assertThat(lean.leftOut())
                .contains(
                        new LeftOut("public", "twins", LeftOut.Why.EXCLUDED),
                        new LeftOut("public", "pairs", LeftOut.Why.ROWS_EXCLUDED));
        try (var copy = original.restored(partial)) {
            assertThat(Comparison.of(lean, FINGERPRINTS.against(lean, copy)).differences())
                    .isEmpty();
        }
    }

    @Test
    void aDumpOfAPartNeedsNotEverythingOfTheWhole() {
        byte[] part = original.custom("--table=pairs", "--table=parts*", "--exclude-table-data=parts_*");
        Fingerprint lean = FINGERPRINTS.of(original, part);
        try (var copy = original.restored(part)) {
            Comparison comparison = Comparison.of(lean, FINGERPRINTS.against(lean, copy));

            assertThat(comparison.differences()).isEmpty();
            assertThat(comparison.notes())
                    .contains(
                            "public.twins was not compared: it was left out of the dump.",
                            "public.parts_1 was not compared: its rows were left out of the dump.")
                    .anyMatch(note -> note.startsWith("Nothing refers to these roles any more: "));
        }
    }

    @Test
    void whatEveryNewDatabaseHasIsNoDifference() {
        try (var bare = DumpedDatabase.fresh(17).sql("DROP EXTENSION plpgsql")) {
            byte[] archive = bare.custom();
            Fingerprint before = FINGERPRINTS.of(bare, archive);
            try (var copy = bare.restored(archive)) {
                Comparison comparison = Comparison.of(before, FINGERPRINTS.against(before, copy));
                assertThat(comparison.differences()).isEmpty();
                assertThat(comparison.notes())
                        .containsExactly("Extension plpgsql: none expected, version 1.0 in schema pg_catalog found.");
            }
        }
    }

    @Test
    void fingerprintsOfCountsAndOfNothingAreComparedAsFarAsTheyGo() {
        DatabaseFacts facts = FINGERPRINTS.facts(original);
        Fingerprint counts = at(Level.COUNTS, facts);
        Fingerprint none = at(Level.NONE, facts);

        assertThat(counts.tables()).allMatch(table -> table.hash() == null).hasSameSizeAs(expected.tables());
        assertThat(none.tables()).isEmpty();
        assertThat(Comparison.of(counts, expected).differences()).isEmpty();
        assertThat(Comparison.of(none, expected).notes())
                .contains("The content was not compared: the fingerprint has none.");
        try (var copy = original.restored(dump).sql("DELETE FROM parts WHERE a = 15")) {
            assertThat(Comparison.of(counts, FINGERPRINTS.against(counts, copy)).differences())
                    .extracting(Difference::object)
                    .containsExactly("public.parts");
        }
    }

    private static Fingerprint at(Level level, DatabaseFacts facts) {
        DumpContent content = Feeding.read(new CustomArchive(level, facts.columnOrders()), dump, 9_999);
        return Fingerprint.of(level, content, content.toc().orElseThrow(), facts);
    }

    @Test
    void anotherMajorVersionIsANoteNotADifference() {
        DumpedDatabase.nasty(18, "objects").close(); // leaves the roles behind
        try (var young = DumpedDatabase.fresh(18)) {
            DumpedDatabase old = original.by(18);
            Fingerprint before = FINGERPRINTS.of(old);
            old.restoreInto(young, old.custom());

            Comparison comparison = Comparison.of(before, FINGERPRINTS.against(before, young));

            assertThat(comparison.differences()).isEmpty();
            assertThat(comparison.notes())
                    .anyMatch(note -> note.matches("The server had version 17.* then and has 18.* now\\."));
        }
    }

    @Test
    void manyLargeObjectsAreComparedByTheirSum() {
        try (var many = DumpedDatabase.fresh(17)) {
            many.sql(
                    "SELECT count(lo_from_bytea(100000 + n, convert_to(n::text, 'UTF8'))) FROM generate_series(1, 5001) n");
            byte[] archive = many.custom();
            Fingerprint before = FINGERPRINTS.of(many, archive);
            assertThat(before.largeObjects().each()).isEmpty();
            assertThat(before.largeObjects().count()).isEqualTo(5001);
            try (var copy = many.restored(archive)) {
                assertThat(Comparison.of(before, FINGERPRINTS.against(before, copy))
                                .equal())
                        .isTrue();
                copy.sql("SELECT lo_put(100700, 1, 'x')");
                assertThat(Comparison.of(before, FINGERPRINTS.against(before, copy))
                                .differences())
                        .extracting(Difference::sentence)
                        .containsExactly("large objects: same number (5001), different content");
            }
        }
    }

    @Test
    void settingsOfTheDatabaseDoNotChangeTheRows() {
        try (var plain = DumpedDatabase.nasty(17, "types")) {
            Fingerprint before = FINGERPRINTS.of(plain);
            for (String setting : List.of(
                    "timezone = 'Asia/Kolkata'",
                    "bytea_output = 'escape'",
                    "DateStyle = 'German, DMY'",
                    "IntervalStyle = 'iso_8601'",
                    "extra_float_digits = -3",
                    "xmlbinary = 'hex'",
                    "standard_conforming_strings = off")) {
                plain.sql("ALTER DATABASE \"" + plain.address().database() + "\" SET " + setting);
            }

            Fingerprint after = FINGERPRINTS.of(plain);

            assertThat(after.tables()).isEqualTo(before.tables());
            assertThat(after.schema()).isEqualTo(before.schema());
            assertThat(after.properties().settings()).hasSize(7);
        }
    }
}
