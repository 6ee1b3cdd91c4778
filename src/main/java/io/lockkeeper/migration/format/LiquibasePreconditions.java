package io.lockkeeper.migration.format;

import io.lockkeeper.migration.format.LiquibaseChangeset.Word;
import io.lockkeeper.postgres.CallTimedOut;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.SessionLost;
import io.lockkeeper.sql.Script;
import io.lockkeeper.sql.SqlFault;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Preconditions of a changeset, as formatted SQL knows them: results of queries, tables and views that exist.
///
/// @param onFail one does not hold
/// @param onError one could not be looked at
record LiquibasePreconditions(Outcome onFail, Outcome onError, List<Check> checks) implements Condition {
    private static final Map<String, Outcome> OUTCOMES =
            Map.of("HALT", Outcome.HALT, "CONTINUE", Outcome.SKIP, "MARK_RAN", Outcome.MARK, "WARN", Outcome.RUN);
    private static final Verdict HOLDS = new Verdict(Outcome.RUN, "");
    private static final Pattern ATTRIBUTE = Pattern.compile("\\b(onFail|onError):(\\w+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern EXPECTED =
            Pattern.compile("(?:expectedResult:)?(?:(\\w+)|'([^']+)'|\"([^\"]+)\") (.*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern QUERY =
            Pattern.compile("[\\s(]*(SELECT|WITH|VALUES|TABLE)\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /// `format` gives values as Liquibase's driver does: `t` for true.
    private static final String ASK =
            "SELECT format('%%s', q.v) AS text, q.v IS NULL AS missing, q.* FROM (%s\n) AS q (v)";

    private static final String TABLE = relation("c.relname = lower(%s) AND c.relkind IN ('r', 'p')");
    private static final String VIEW = relation("lower(c.relname) = lower(%s) AND c.relkind = 'v'");

    /// @param what for people
    record Check(String what, String query, String expected) {
        /// @return what does not hold; empty: it does
        private String wrong(PgSession session) throws InterruptedException {
            List<Row> rows = session.rows(ASK.formatted(query));
            if (rows.size() != 1 || rows.getFirst().size() != 3) {
                throw new IllegalStateException("it gave " + rows.size() + " rows, not one with one value");
            }
            Row row = rows.getFirst();
            String got = row.getBoolean("missing") ? null : row.getString("text");
            return expected.equals(got) ? "" : what + (got == null ? ": nothing came" : ": \"" + got + "\" came");
        }
    }

    /// @param words the lines about them, expanded
    /// @param schema that is meant where none is named
    static LiquibasePreconditions of(SourceFile file, List<Word> words, String schema) {
        Outcome onFail = Outcome.HALT;
        Outcome onError = Outcome.HALT;
        List<Check> checks = new ArrayList<>();
        for (Word word : words) {
            try {
                if (word.name().equals("preconditions")) {
                    onFail = outcome("onFail", word.rest());
                    onError = outcome("onError", word.rest());
                } else {
                    checks.add(check(word, schema));
                }
            } catch (IllegalArgumentException fault) {
                throw new FormatFault(file.path(), word.line(), fault.getMessage());
            }
        }
        return new LiquibasePreconditions(onFail, onError, List.copyOf(checks));
    }

    private static Outcome outcome(String attribute, String text) {
        Outcome outcome = Outcome.HALT;
        for (Matcher each = ATTRIBUTE.matcher(text); each.find(); ) {
            if (each.group(1).equalsIgnoreCase(attribute)) {
                outcome = OUTCOMES.get(each.group(2).toUpperCase(Locale.ROOT));
                require(outcome != null, attribute + " is HALT, CONTINUE, MARK_RAN or WARN, not " + each.group(2));
            }
        }
        return outcome;
    }

    private static Check check(Word word, String schema) {
        return switch (word.name()) {
            case "precondition-sql-check" -> query(word.rest());
            case "precondition-table-exists" -> exists("table", word.rest(), TABLE, schema);
            case "precondition-view-exists" -> exists("view", word.rest(), VIEW, schema);
            default -> throw new IllegalArgumentException("--" + word.name() + " is not known, to Liquibase neither");
        };
    }

    private static Check query(String text) {
        Matcher said = EXPECTED.matcher(text);
        require(said.matches(), "--precondition-sql-check lacks expectedResult and a query");
        String expected = said.group(1) != null ? said.group(1) : said.group(2) != null ? said.group(2) : said.group(3);
        String query = said.group(4).strip().replaceFirst(";$", "");
        require(
                QUERY.matcher(query).matches() && isOne(query),
                "--precondition-sql-check takes one query: SELECT, WITH, VALUES or TABLE");
        return new Check(query + " = " + expected, query, expected);
    }

    private static boolean isOne(String query) {
        try {
            return Script.split(query).statements().size() == 1;
        } catch (SqlFault fault) {
            throw new IllegalArgumentException(fault.detail(), fault);
        }
    }

    private static Check exists(String kind, String text, String query, String schema) {
        String name = named(kind, text, "");
        require(!name.isEmpty(), "--precondition-" + kind + "-exists lacks the name: write " + kind + ":x");
        String place = named("schema", text, schema);
        return new Check(
                kind + " " + place + "." + name + " exists", query.formatted(literal(place), literal(name)), "t");
    }

    private static String named(String attribute, String text, String otherwise) {
        Matcher said = Pattern.compile("(?i)\\b" + attribute + ":(\\w+)").matcher(text);
        return said.find() ? said.group(1) : otherwise;
    }

    private static String relation(String which) {
        return "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname IN (%1$s, lower(%1$s)) AND " + which.replace("%s", "%2$s") + ")";
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static void require(boolean good, String otherwise) {
        if (!good) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /// What passes by itself, such as a lock that somebody holds, is no answer: the run as a whole is tried again.
    @Override
    public Verdict verdict(PgSession session) throws InterruptedException {
        session.script("BEGIN; SET LOCAL lock_timeout = '5s'");
        try {
            for (Check check : checks) {
                String wrong = check.wrong(session);
                if (!wrong.isEmpty()) {
                    return new Verdict(onFail, wrong);
                }
            }
            return HOLDS;
        } catch (SessionLost | CallTimedOut unknown) {
            throw unknown;
        } catch (PgFailure | IllegalStateException failure) {
            if (failure instanceof PgFailure said && said.isTransient()) {
                throw failure;
            }
            return new Verdict(onError, "they could not be looked at: " + failure.getMessage());
        } finally {
            session.script("ROLLBACK");
        }
    }

    @Override
    public String toString() {
        return String.join("; ", checks.stream().map(Check::what).toList());
    }
}
