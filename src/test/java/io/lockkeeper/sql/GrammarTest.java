package io.lockkeeper.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrammarTest {
    private static final Grammar GRAMMAR = new Grammar();

    @AfterAll
    static void close() {
        GRAMMAR.close();
    }

    @Test
    void readsAStatementIntoATree() throws InterruptedException {
        Parsed parsed = GRAMMAR.parse("/* why */ ALTER TABLE \"ä\".t ADD COLUMN c int NOT NULL DEFAULT 0");
        assertThat(parsed.type()).isEqualTo("AlterTableStmt");
        assertThat(parsed.node().path("relation").path("schemaname").textValue())
                .isEqualTo("ä");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE t (a int GENERATED ALWAYS AS (b + 1) VIRTUAL, b int)",
                "ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID",
                "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED",
                "CREATE TABLE t (id int, at tsrange, PRIMARY KEY (id, at WITHOUT OVERLAPS))",
                "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a > 0 THEN 1 END; END",
                "MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action(), t.*",
                "DO $$ BEGIN PERFORM 1; END $$",
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t USING btree (lower(a) COLLATE \"C\" text_ops DESC)"
                        + " INCLUDE (b) NULLS NOT DISTINCT WITH (fillfactor = 70) TABLESPACE x WHERE b IS NOT NULL",
            })
    void knowsPostgresql18(String sql) throws InterruptedException {
        assertThat(GRAMMAR.parse(sql).type()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ALTER TABEL t ADD c int             | 1 | 7  | Syntax error at or near \"TABEL\".",
                "SELECT 'ä', '😀',@  @ 1 +*           | 3 | 6  | Syntax error at end of input.",
                "/* ä😀 */ SELECT * FORM t           | 1 | 19 | Syntax error at or near \"FORM\".",
                "SELECT (1                           | 1 | 10 | Syntax error at end of input.",
                "SELECT 'a                           | 1 | 8  | Unterminated quoted string at or near \"'a\".",
                "SELECT 1; SELECT 2                  | 1 | 1  | Here stand 2 statements where one is expected.",
                "-- nothing                          | 1 | 1  | Here stand 0 statements where one is expected.",
                "SELECT '^'                          | 1 | 9  | A NUL character cannot stand in SQL.",
            })
    void saysWhereAFaultIs(String sql, int line, int column, String detail) {
        SqlFault fault = catchThrowableOfType(
                SqlFault.class, () -> GRAMMAR.parse(sql.replace('@', '\n').replace('^', '\0')));
        assertThat(fault.detail()).isEqualTo(detail);
        assertThat(List.of(fault.line(), fault.column())).containsExactly(line, column);
    }

    @Test
    void findsTheFaultInTheWholeScript() {
        Script script = Script.split("\uFEFF-- ä\nselect 1;\n  select '😀'; select\n 'ä' form t form;");
        SqlFault fault = catchThrowableOfType(
                SqlFault.class, () -> GRAMMAR.parse(script.statements().get(2).text()));
        SqlFault inScript = script.inScript(script.statements().get(2), fault);
        assertThat(inScript).hasMessage("line 4, column 11: Syntax error at or near \"t\".");
    }

    @Test
    void survivesWhatIsTooDeepAndTooLong() throws InterruptedException {
        assertThat(GRAMMAR.parse("SELECT " + "1+".repeat(3000) + "1").type()).isEqualTo("SelectStmt");
        for (String hostile : List.of(
                "SELECT " + "(".repeat(20_000) + "1" + ")".repeat(20_000),
                "SELECT " + "1+".repeat(30_000) + "1",
                "SELECT " + "- ".repeat(20_000) + "1",
                "SELECT " + "a[".repeat(20_000) + "1" + "]".repeat(20_000),
                "SELECT '" + "a".repeat(9 << 20) + "'")) {
            try {
                assertThat(GRAMMAR.parse(hostile).type()).isEqualTo("SelectStmt");
            } catch (SqlFault refused) {
                assertThat(refused.detail().length()).isLessThan(200);
            }
        }
        assertThat(GRAMMAR.parse("SELECT 1").type()).isEqualTo("SelectStmt");
    }

    @Test
    void readsTheFirstRowsOfMany() throws InterruptedException {
        String rows = "INSERT INTO t VALUES " + "(1, 'a;😀)', (3.0)), /* ( */\n".repeat(300_000) + "(1, '2', 3)";
        Parsed parsed = GRAMMAR.parse(rows + " ON CONFLICT DO NOTHING");
        assertThat(parsed.node().findPath("valuesLists")).hasSize(100);
        assertThat(parsed.node().has("onConflictClause")).isTrue();

        SqlFault fault = catchThrowableOfType(SqlFault.class, () -> GRAMMAR.parse(rows + " ON KONFLICT DO NOTHING"));
        assertThat(List.of(fault.line(), fault.column())).containsExactly(300_001, 16);
    }

    @Test
    void keepsTheHeapSmallWithManyRowsInAQuery() throws InterruptedException {
        Parsed parsed = GRAMMAR.parse("SELECT * FROM (VALUES " + "(1, 'two', 3.0), ".repeat(5_000) + "(1, '2', 3)) x");
        assertThat(parsed.node().findPath("valuesLists")).hasSize(100);
    }

    @Test
    void givesUpInTimeAndGoesOn() throws InterruptedException {
        try (Grammar hasty = new Grammar(Duration.ofMillis(1))) {
            assertThatThrownBy(() -> hasty.parse("SELECT " + "1, ".repeat(200_000) + "1"))
                    .hasMessageContaining("was not done");
        }
        assertThat(GRAMMAR.parse("SELECT 1").type()).isEqualTo("SelectStmt");
    }

    @Test
    void servesManyThreadsAtOnce() throws Exception {
        try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String sql = i % 3 == 0 ? "SELECT FROM WHERE " + i : "SELECT " + i + " FROM t" + i;
                all.add(() -> {
                    try {
                        return GRAMMAR.parse(sql).node().findPath("relname").textValue();
                    } catch (SqlFault fault) {
                        return fault.detail();
                    }
                });
            }
            List<Future<String>> answers = many.invokeAll(all);
            for (int i = 0; i < answers.size(); i++) {
                String wanted = i % 3 == 0 ? "Syntax error at or near \"WHERE\"." : "t" + i;
                assertThat(answers.get(i).get()).isEqualTo(wanted);
            }
        }
    }
}
