package io.lockkeeper.restore;

import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Sandbox;
import io.lockkeeper.postgres.Secret;
import io.lockkeeper.postgres.ServerAddress;
import io.lockkeeper.postgres.SessionLost;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Puts the team's own questions to a restored copy: each in a read-only transaction of its own, for a bounded time, as
/// a role that can only read. A question that cannot be asked is a failed check, never a passed one.
final class TeamChecks {
    static final Duration LONGEST = Duration.ofMinutes(10);

    private static final Duration SLACK = Duration.ofSeconds(15);
    private static final int LONGEST_ANSWER = 1_000;

    private final Sandbox sandbox;
    private final String database;
    private final Duration longest;

    TeamChecks(Sandbox sandbox, String database) {
        this(sandbox, database, LONGEST);
    }

    TeamChecks(Sandbox sandbox, String database, Duration longest) {
        this.sandbox = sandbox;
        this.database = database;
        this.longest = longest;
    }

    /// @param session of a superuser in that database; what it closes for others stays closed
    List<CheckOutcome> run(PgSession session, List<TeamCheck> checks) throws InterruptedException {
        if (checks.isEmpty()) {
            return List.of();
        }
        ServerAddress reader = reader(Fence.build(session));
        List<CheckOutcome> outcomes = new ArrayList<>();
        for (TeamCheck check : checks) {
            outcomes.add(run(check, reader));
        }
        return outcomes;
    }

    /// Those that failed, as what speaks against the backup.
    static Findings findings(List<CheckOutcome> outcomes) {
        return new Findings(
                outcomes.stream()
                        .filter(outcome -> !outcome.passed())
                        .map(TeamChecks::reason)
                        .toList(),
                List.of());
    }

    private static Reason reason(CheckOutcome outcome) {
        String how = outcome.problem() != null
                ? "gave no answer: " + outcome.problem()
                : "was answered with " + (outcome.found() == null ? "nothing" : "\"" + outcome.found() + "\"")
                        + " instead of \"" + outcome.expected() + "\".";
        return Reason.of(Reason.Code.CHECK, outcome.name(), "The check \"" + outcome.name() + "\" " + how);
    }

    private CheckOutcome run(TeamCheck check, ServerAddress reader) throws InterruptedException {
        long began = System.nanoTime();
        String answer = null;
        String problem = null;
        boolean passed = false;
        try (PgSession session = sandbox.connect(reader)) {
            answer = ask(session.within(longest.plus(SLACK)), check.sql()).orElse(null);
            passed = answer != null && Expectation.parse(check.expect()).isMetBy(answer);
        } catch (SessionLost lost) {
            sandbox.demandLife();
            problem = lost.getMessage();
        } catch (PgFailure failure) {
            problem =
                    failure.isCancelled() ? "It took longer than " + longest.toSeconds() + " s." : failure.getMessage();
        } catch (IllegalArgumentException incomparable) {
            problem = incomparable.getMessage();
        }
        long ms = (System.nanoTime() - began) / 1_000_000;
        return new CheckOutcome(check.name(), passed, check.expect(), cut(answer), problem, ms);
    }

    /// The first value of the first row, printed as PostgreSQL prints it. As part of another query it can be
    /// nothing but a query, and only one.
    private static Optional<String> ask(PgSession session, String sql) throws InterruptedException {
        List<Row> rows =
                session.query("SELECT answer::text FROM (\n" + withoutEnd(sql) + "\n) AS asked (answer) LIMIT 1");
        return rows.stream().findFirst().map(row -> row.getString(0));
    }

    private static String withoutEnd(String sql) {
        return sql.strip().replaceFirst("[;\\s]+$", "");
    }

    private ServerAddress reader(Fence fence) {
        ServerAddress superuser = sandbox.address(database);
        Map<String, String> settings = new TreeMap<>(superuser.settings());
        settings.putAll(Map.of(
                "default_transaction_read_only", "on",
                "statement_timeout", Long.toString(longest.toMillis()),
                "lock_timeout", "60000",
                "idle_in_transaction_session_timeout", "60000",
                "row_security", "off",
                "DateStyle", "ISO",
                "IntervalStyle", "postgres",
                "TimeZone", "UTC"));
        return new ServerAddress(
                superuser.host(),
                superuser.port(),
                database,
                fence.reader(),
                new Secret(fence.password()),
                superuser.tls(),
                superuser.applicationName(),
                settings);
    }

    private static @Nullable String cut(@Nullable String answer) {
        return answer == null || answer.length() <= LONGEST_ANSWER
                ? answer
                : answer.substring(0, LONGEST_ANSWER) + "...";
    }
}
