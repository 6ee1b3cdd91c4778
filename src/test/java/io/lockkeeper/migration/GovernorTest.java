package io.lockkeeper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.SessionLost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// On real servers, with real sessions in the way.
class GovernorTest {
    private static final int MAJOR = 15;
    private static final String ADD = "ALTER TABLE t ADD COLUMN c int";

    /// What was told, a word each.
    static final class Told implements LockListener {
        final List<String> words = Collections.synchronizedList(new ArrayList<>());
        final List<Blocker> blockers = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void waiting(int tryNo, List<Blocker> in) {
            words.add("waiting");
            blockers.addAll(in);
        }

        @Override
        public void goesOn() {
            words.add("goes on");
        }

        @Override
        public void blocking(int sessions, Duration longest) {
            words.add("blocking");
        }

        @Override
        public void backsOff(int tryNo, String why, Duration rest) {
            words.add("backs off: " + why);
        }

        @Override
        public void progress(int percent, String message) {
            words.add(message);
        }
    }

    private static LockPolicy policy(Duration firstTry, Duration deadline, int maxBlockedSessions) {
        return new LockPolicy(
                firstTry,
                Duration.ofSeconds(5),
                100,
                Duration.ZERO,
                deadline,
                maxBlockedSessions,
                Duration.ofSeconds(3),
                Duration.ofMillis(200));
    }

    private static void later(Duration when, PgSession session, String sql) {
        Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(when);
                session.script(sql);
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static long columns(PgSession session) throws InterruptedException {
        return session.one(
                        "SELECT count(*) FROM information_schema.columns WHERE table_name = 't' AND column_name = 'c'")
                .getLong(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void waitsForALongReaderWithoutStallingTheOthers(int major) throws InterruptedException {
        try (LockScene scene = new LockScene(major)) {
            PgSession report = scene.reader("nightly-report");
            PgSession session = scene.session("lockkeeper");
            Told told = new Told();
            Governor governor = scene.governor(session, LockPolicy.DEFAULT, told);
            Thread.sleep(150); // older than a first try waits
            scene.readAllTheTime(4);
            later(Duration.ofSeconds(4), report, "COMMIT");

            LockScene.transaction(governor, session, ADD);

            assertThat(columns(session)).isOne();
            assertThat(scene.longestReadMillis.get()).isLessThan(3000);
            assertThat(told.blockers).extracting(Blocker::application).contains("nightly-report");
            assertThat(told.words).startsWith("waiting", "goes on");
            StatementReport did = governor.reports().getFirst();
            assertThat(did.locks()).contains(new StatementReport.Taken("t", "AccessExclusiveLock"));
            assertThat(did.kind()).isEqualTo("ALTER TABLE ... ADD COLUMN");
        }
    }

    @Test
    void failsClosedAndNamesWhoIsInTheWay() throws InterruptedException {
        try (LockScene scene = new LockScene(MAJOR)) {
            PgSession report = scene.reader("nightly-report");
            PgSession session = scene.session("lockkeeper");
            LockPolicy policy = policy(Duration.ofMillis(100), Duration.ofMillis(700), 20);
            Governor governor = scene.governor(session, policy, LockListener.NOBODY);

            LockNotGot failure = catchThrowableOfType(
                    LockNotGot.class, () -> LockScene.transaction(governor, session, "SET lock_timeout = 0", ADD));

            assertThat(failure)
                    .hasMessageContaining("pid " + report.backendPid())
                    .hasMessageContaining("nightly-report")
                    .hasMessageContaining("holds AccessShareLock on t, idle in transaction")
                    .hasMessageContaining("SELECT count(*) FROM t");
            assertThat(failure.blockers()).hasSize(1);
            assertThat(columns(session)).isZero();
        }
    }

    @Test
    void endsATryThatTooManyWaitBehind() throws InterruptedException {
        try (LockScene scene = new LockScene(MAJOR)) {
            PgSession session = scene.session("lockkeeper");
            Told told = new Told();
            Governor governor = scene.governor(session, policy(Duration.ofSeconds(5), Duration.ofMinutes(1), 2), told);
            scene.readAllTheTime(4);
            PgSession report = scene.reader("short-report"); // young enough to be waited for in the queue
            later(Duration.ofSeconds(4), report, "COMMIT");

            LockScene.transaction(governor, session, ADD);

            assertThat(columns(session)).isOne();
            assertThat(scene.longestReadMillis.get()).isLessThan(3000);
            assertThat(told.words).anyMatch(word -> word.matches("backs off: \\d sessions were waiting behind .*"));
            assertThat(governor.reports().getFirst().tries()).isGreaterThan(1);
        }
    }

    @Test
    void endsATryWhoseWatcherIsBlind() throws InterruptedException {
        try (LockScene scene = new LockScene(MAJOR)) {
            PgSession session = scene.session("lockkeeper");
            PgSession watcher = scene.session("lockkeeper/watch");
            Governor governor = new Governor(session, watcher, LockPolicy.DEFAULT, LockListener.NOBODY);
            String works = "SELECT pg_sleep(10)";
            PgSession killer = scene.session("killer");
            later(Duration.ofMillis(300), killer, "SELECT pg_terminate_backend(" + watcher.backendPid() + ")");

            assertThatThrownBy(() -> LockScene.transaction(governor, session, ADD, works))
                    .isInstanceOf(SessionLost.class);

            assertThat(columns(killer)).isZero();
        }
    }

    @Test
    void runsAllStatementsOfTheTransactionAgain() throws InterruptedException {
        try (LockScene scene = new LockScene(MAJOR)) {
            PgSession session = scene.session("lockkeeper");
            Governor governor = scene.governor(
                    session, policy(Duration.ofMillis(300), Duration.ofMinutes(1), 20), LockListener.NOBODY);
            AtomicInteger attempts = new AtomicInteger();
            String insert = "INSERT INTO log VALUES ('once')";

            governor.run(List.of(LockScene.facts(insert), LockScene.facts(ADD)), () -> {
                if (attempts.incrementAndGet() == 1) {
                    later(Duration.ofSeconds(1), scene.reader("came-meanwhile"), "COMMIT");
                }
                session.script("BEGIN");
                governor.statement(LockScene.facts(insert), () -> session.execute(insert));
                governor.statement(LockScene.facts(ADD), () -> session.execute(ADD));
                session.script("COMMIT");
                return null;
            });

            assertThat(attempts).hasValueGreaterThan(1);
            assertThat(session.one("SELECT count(*) FROM log").getLong(0)).isOne();
            StatementReport did = governor.reports().getFirst();
            assertThat(did.tries()).isEqualTo(attempts.get());
        }
    }

    @Test
    void looksAtPartitionsAndAtTheTablesOfIndexes() throws InterruptedException {
        try (LockScene scene = new LockScene(MAJOR)) {
            PgSession session = scene.session("lockkeeper");
            session.script("CREATE TABLE p (id int) PARTITION BY LIST (id)");
            session.script("CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)");
            PgSession report = scene.session("report");
            report.script("BEGIN; SELECT FROM p1; SELECT FROM t WHERE v = 1");
            WantedLocks wanted = WantedLocks.of(
                    List.of(LockScene.facts("ALTER TABLE p ADD c int"), LockScene.facts("DROP INDEX t_pkey")), session);

            assertThat(wanted.conflicting(session, session.backendPid()))
                    .extracting(Blocker::relation)
                    .contains("p1", "t", "t_pkey");
        }
    }

    @Test
    void passesOnWhatHasNothingToDoWithLocks() throws InterruptedException {
        try (LockScene scene = new LockScene(MAJOR)) {
            PgSession session = scene.session("lockkeeper");
            Governor governor = scene.governor(session, LockPolicy.DEFAULT, LockListener.NOBODY);

            PgFailure failure = catchThrowableOfType(
                    PgFailure.class, () -> LockScene.transaction(governor, session, "ALTER TABLE t ADD COLUMN v int"));

            assertThat(failure.sqlState()).isEqualTo("42701");
        }
    }

    @Test
    void tellsHowLongALockWasHeldAndWhoWaited() throws InterruptedException {
        try (LockScene scene = new LockScene(MAJOR)) {
            PgSession session = scene.session("lockkeeper");
            Told told = new Told();
            Governor governor = scene.governor(session, LockPolicy.DEFAULT, told);
            scene.readAllTheTime(2);

            LockScene.transaction(governor, session, ADD, "SELECT pg_sleep(0.5)");

            StatementReport did = governor.reports().getFirst();
            assertThat(did.heldMs()).isBetween(500L, 5000L);
            assertThat(did.blockedSessions()).isEqualTo(2);
            assertThat(did.blockedMs()).isBetween(200L, 5000L);
            assertThat(did.blocked()).anyMatch(who -> who.contains("(client-0)"));
            assertThat(told.words).contains("blocking");
        }
    }

    @Test
    void sendsAnAutovacuumAway() throws InterruptedException {
        try (LockScene scene = new LockScene(MAJOR)) {
            PgSession session = scene.session("lockkeeper");
            session.script("""
                    CREATE TABLE dirty (a int) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
                        autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
                    INSERT INTO dirty SELECT i FROM generate_series(1, 200000) i;
                    DELETE FROM dirty WHERE a % 2 = 0""");
            session.script("ALTER SYSTEM SET autovacuum_naptime = '1s'");
            session.query("SELECT pg_reload_conf()");
            try {
                String works = "SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                        + " WHERE l.relation = 'dirty'::regclass AND a.backend_type = 'autovacuum worker'"
                        + " AND a.xact_start < clock_timestamp() - interval '200 ms'";
                long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                while (session.maybe(works).isEmpty() && System.nanoTime() < deadline) {
                    Thread.sleep(50);
                }
                Governor governor = scene.governor(session, LockPolicy.DEFAULT, LockListener.NOBODY);

                LockScene.transaction(governor, session, "ALTER TABLE dirty ADD COLUMN b int");

                assertThat(governor.reports().getFirst().tries()).isLessThan(4);
            } finally {
                session.script("ALTER SYSTEM RESET autovacuum_naptime");
                session.query("SELECT pg_reload_conf()");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void buildsAnIndexAnewThatWasLeftInvalid(int major) throws InterruptedException {
        String sql = "CREATE INDEX CONCURRENTLY t_v ON t (v)";
        try (LockScene scene = new LockScene(major)) {
            PgSession session = scene.session("lockkeeper");
            PgSession writer = scene.session("writer");
            writer.script("BEGIN; UPDATE t SET v = 0 WHERE id = 1");
            session.script("SET lock_timeout = 200");
            assertThatThrownBy(() -> session.execute(sql)).isInstanceOf(PgFailure.class);
            String valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_v'::regclass";
            assertThat(session.one(valid).getBoolean(0)).isFalse();
            Told told = new Told();
            Governor governor =
                    scene.governor(session, policy(Duration.ofMillis(100), Duration.ofMinutes(1), 20), told);
            later(Duration.ofMillis(700), writer, "COMMIT");

            governor.runConcurrently(
                    LockScene.facts(sql), () -> governor.statement(LockScene.facts(sql), () -> session.execute(sql)));

            assertThat(session.one(valid).getBoolean(0)).isTrue();
            assertThat(told.blockers).extracting(Blocker::application).containsOnly("writer");
        }
    }
}
