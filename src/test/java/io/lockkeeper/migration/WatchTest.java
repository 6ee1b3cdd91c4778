package io.lockkeeper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.migration.GovernorTest.Told;
import io.lockkeeper.postgres.PgSession;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// On a real server, with a client that waits.
class WatchTest {
    @Test
    void endsATryThatSomebodyHasWaitedBehindForTooLong() throws InterruptedException {
        try (LockScene scene = new LockScene(18)) {
            PgSession session = scene.session("lockkeeper");
            LockPolicy policy = new LockPolicy(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    1,
                    Duration.ZERO,
                    Duration.ofMinutes(1),
                    1000,
                    Duration.ofMillis(300),
                    Duration.ofMinutes(1));
            Told told = new Told();
            Governor governor = scene.governor(session, policy, told);
            scene.readAllTheTime(1);

            assertThatThrownBy(() -> LockScene.transaction(
                            governor, session, "ALTER TABLE t ADD COLUMN c int", "SELECT pg_sleep(60)"))
                    .isInstanceOf(LockNotGot.class)
                    .hasMessageContaining("a session was waiting behind the migration for");

            assertThat(told.words).anyMatch(word -> word.startsWith("backs off: a session was waiting behind"));
            assertThat(session.query("SELECT FROM information_schema.columns WHERE table_name = 't'"))
                    .hasSize(2);
        }
    }
}
