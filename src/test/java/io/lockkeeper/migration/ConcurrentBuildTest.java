package io.lockkeeper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.migration.GovernorTest.Told;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.sql.StatementFacts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is CONCURRENTLY, on real servers, with real sessions that it has to wait for.
class ConcurrentBuildTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final String BUILD = "CREATE INDEX CONCURRENTLY t_v ON t (v)";
    private static final String LEFT = "SELECT relname::text FROM pg_class WHERE relname ~ '_cc(new|old)'";

    @FunctionalInterface
    private interface Work {
        void run() throws InterruptedException;
    }

    private static CompletableFuture<Void> aside(Work work) {
        return CompletableFuture.runAsync(() -> {
            try {
                work.run();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });
    }

    private static void run(Governor governor, PgSession session, String sql) throws InterruptedException {
        StatementFacts facts = LockScene.facts(sql);
        governor.runConcurrently(facts, () -> governor.statement(facts, () -> session.execute(sql)));
    }

    private static void awaitLockWait(PgSession looker, PgSession waiter) {
        await().atMost(BOUND).until(() -> looker.one(
                        "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $1", waiter.backendPid())
                .getBoolean(0));
    }

    /// A writer is waited for before the new index is built; a reader only before the old one is dropped.
    @ParameterizedTest
    @CsvSource({"15, t, new", "15, t, old", "15, log, old", "18, t, new", "18, t, old", "18, log, old"})
    void clearsAwayWhatAReindexHasLeft(int major, String table, String which) throws InterruptedException {
        String sql = "REINDEX TABLE CONCURRENTLY " + table;
        try (LockScene scene = new LockScene(major)) {
            PgSession session = scene.session("lockkeeper");
            PgSession other = scene.session("other");
            other.script("BEGIN; " + (which.equals("new") ? "DELETE FROM " : "SELECT count(*) FROM ") + table);
            session.script("SET lock_timeout = 200");
            assertThatThrownBy(() -> session.execute(sql)).isInstanceOf(PgFailure.class);
            assertThat(session.query(LEFT)).hasSize(1).first().satisfies(row -> assertThat(row.getString(0))
                    .endsWith("_cc" + which));
            other.script("ROLLBACK");
            Governor governor = scene.governor(session, LockPolicy.DEFAULT, LockListener.NOBODY);

            run(governor, session, sql);

            assertThat(session.query(LEFT)).isEmpty();
            assertThat(session.query("SELECT FROM pg_index WHERE NOT indisvalid"))
                    .isEmpty();
        }
    }

    /// The other one queues for the table before the build has it, and holds what the build waits for from then on. The
    /// other one never looks for deadlocks, so it is the build that falls.
    @Test
    void aBuildThatFellToADeadlockIsTriedAgain() throws InterruptedException {
        try (LockScene scene = new LockScene(18)) {
            PgSession session = scene.session("lockkeeper");
            PgSession first = scene.session("first");
            PgSession other = scene.session("other");
            PgSession looker = scene.session("looker");
            first.script("BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
            other.script("SET deadlock_timeout = '1h'; BEGIN; UPDATE t SET v = 0 WHERE id = 1");
            Told told = new Told();
            Governor governor = scene.governor(session, LockPolicy.DEFAULT, told);
            CompletableFuture<Void> build = aside(() -> run(governor, session, BUILD));
            awaitLockWait(looker, session);
            CompletableFuture<Void> later =
                    aside(() -> other.within(BOUND).script("LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE; COMMIT"));
            awaitLockWait(looker, other);

            first.script("COMMIT");

            later.join();
            build.join();
            assertThat(told.words).anyMatch(word -> word.startsWith("backs off: deadlock detected"));
            assertThat(looker.one("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_v'::regclass")
                            .getBoolean(0))
                    .isTrue();
        }
    }

    @Test
    void tellsHowFarABuildIs() throws InterruptedException {
        try (LockScene scene = new LockScene(18)) {
            PgSession session = scene.session("lockkeeper");
            PgSession writer = scene.session("writer");
            writer.script("BEGIN; UPDATE t SET v = 0 WHERE id = 1");
            Told told = new Told();
            Governor governor = scene.governor(session, LockPolicy.DEFAULT, told);

            CompletableFuture<Void> build = aside(() -> run(governor, session, BUILD));

            await().atMost(BOUND).until(() -> List.copyOf(told.words)
                    .contains("CREATE INDEX CONCURRENTLY: waiting for writers before build"));
            writer.script("COMMIT");
            build.join();
        }
    }
}
