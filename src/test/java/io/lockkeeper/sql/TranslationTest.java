package io.lockkeeper.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import run.endive.runtime.InterpreterMachine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;

/// The bytecode that the build makes of the module, and the module itself, instruction by instruction: the same trees.
class TranslationTest {
    private static final List<String> STATEMENTS = List.of(
            "SELECT 1",
            "",
            "-- nothing",
            "SELECT FORM t",
            "SELECT 'ä', '😀', U&'\\0061', $$ $$, E'\\n' FROM a.\"B\" AS c (d)",
            "SELECT 'never ends",
            "SELECT ((((((((((1))))))))))",
            "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SEARCH DEPTH FIRST BY n SET o SELECT * FROM r",
            "SELECT count(*) FILTER (WHERE a > 0) OVER (PARTITION BY b ORDER BY c ROWS 1 PRECEDING) FROM t GROUP BY CUBE (a, b)",
            "INSERT INTO t (a) VALUES (1), (DEFAULT) ON CONFLICT (a) DO UPDATE SET a = excluded.a RETURNING old.*, new.*",
            "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = 1 WHEN NOT MATCHED THEN DO NOTHING",
            "UPDATE t SET (a, b) = (SELECT 1, 2) FROM s WHERE CURRENT OF c",
            "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b numeric(10, 2) DEFAULT 1.50 CHECK (b > 0),"
                    + " CONSTRAINT x EXCLUDE USING gist (c WITH &&)) PARTITION BY RANGE (a) WITH (fillfactor = 70)",
            "ALTER TABLE t ADD COLUMN a int, DROP COLUMN b CASCADE, ALTER c TYPE text USING c::text, SET LOGGED",
            "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON s.t (lower(a) COLLATE \"C\" DESC) INCLUDE (b) WHERE b > 0",
            "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 END; END",
            "CREATE RULE r AS ON INSERT TO t DO INSTEAD (SELECT 1; SELECT 2)",
            "CREATE TRIGGER t AFTER UPDATE OF a ON t REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION f('x')",
            "GRANT SELECT (a), UPDATE ON TABLE t TO r WITH GRANT OPTION",
            "COPY t (a) FROM stdin WITH (FORMAT csv, HEADER)",
            "VACUUM (FULL, ANALYZE) t",
            "SELECT xmltable.*, JSON_TABLE(a, '$' COLUMNS (b int PATH '$.b')) FROM t",
            "SELECT 1; SELECT 2",
            "SELECT 999999999999999999999999999999, 1e400, 0x1F, 1_000, :x, $1, @ -1 OPERATOR(pg_catalog.+) 2");

    @Test
    void saysWhatTheModuleSays() throws Exception {
        WasmModule original = Parser.parse(module());
        ExecutorService deep =
                Executors.newSingleThreadExecutor(work -> new Thread(null, work, "deep", 8 * PgQuery.STACK));
        try (deep) {
            deep.submit(() -> compare(original)).get();
        }
    }

    private static Void compare(WasmModule original) throws IOException {
        PgQuery translated = new PgQuery();
        PgQuery interpreted = new PgQuery(original, InterpreterMachine::new);
        for (String sql : statements()) {
            assertThat(said(translated, sql)).as(sql).isEqualTo(said(interpreted, sql));
        }
        return null;
    }

    private static String said(PgQuery parser, String sql) {
        try {
            return parser.parse(sql);
        } catch (PgQuery.Rejected rejected) {
            return rejected.position + ": " + rejected.getMessage();
        }
    }

    /// Where PostgreSQL's own files are, one in a hundred of their statements too.
    private static List<String> statements() throws IOException {
        List<String> all = new ArrayList<>();
        if (Corpus.isHere("splitter/postgres_regress_psql15.jsonl")) {
            for (JsonNode file : Corpus.lines("splitter/postgres_regress_psql15.jsonl")) {
                Script.split(file.get("sql").textValue()).statements().forEach(each -> all.add(each.text()));
            }
        }
        List<String> some = new ArrayList<>(STATEMENTS);
        for (int i = 0; i < all.size(); i += 100) {
            some.add(all.get(i));
        }
        return some;
    }

    private static Path module() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/wasm"))) {
            return files.filter(file -> file.toString().endsWith(".wasm"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
