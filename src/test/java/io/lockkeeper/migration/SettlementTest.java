package io.lockkeeper.migration;

import static io.lockkeeper.migration.Runs.files;
import static io.lockkeeper.migration.Runs.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.BundleSpec.GivenFile;
import io.lockkeeper.migration.Runs.Site;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Of a transaction that is too old, or of a future that was undone by a restore, the target knows nothing.
class SettlementTest {
    private static final String TOO_OLD = "10";
    private static final String IN_THE_FUTURE = "9000000000000000000";

    private static final List<GivenFile> ONE_STEP = files("V1__a.sql", "CREATE TABLE a (id int);");
    private static final List<GivenFile> THREE_STEPS =
            files("V1__a.sql", "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);");

    private static Runs runs;

    private static final class Killed extends Error {
        Killed() {
            super("killed");
        }
    }

    @FunctionalInterface
    private interface Moment {
        boolean hasCome() throws InterruptedException;
    }

    @BeforeAll
    static void start() {
        runs = new Runs();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        runs.close();
    }

    /// Ends a run at that moment, and makes its journal forget the transaction.
    private static void interrupt(Site site, List<GivenFile> files, String xid, Moment moment) {
        assertThatThrownBy(() -> site.apply(up(files), (done, where) -> {
                    if (hasCome(moment)) {
                        site.sql("SELECT pg_terminate_backend(" + site.backend + ", 5000)");
                        throw new Killed();
                    }
                }))
                .isInstanceOf(Killed.class);
        runs.store(
                "UPDATE migration_step s SET xid = $2 FROM migration_run r WHERE r.job_id = s.run AND r.target = $1"
                        + " AND s.state = 'RUNNING'",
                site.target.name(),
                xid);
    }

    private static boolean hasCome(Moment moment) {
        try {
            return moment.hasCome();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static boolean isCommitted(Site site) throws InterruptedException {
        return site.rows("SELECT to_regclass('a')").equals(List.of("a"));
    }

    private static boolean isWritten(Site site) {
        return !states(site).isEmpty();
    }

    private static List<String> states(Site site) {
        return runs
                .store(
                        "SELECT s.state FROM migration_step s JOIN migration_run r ON r.job_id = s.run"
                                + " WHERE r.target = $1 ORDER BY s.run, s.no",
                        site.target.name())
                .stream()
                .map(row -> row.getString(0))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {TOO_OLD, IN_THE_FUTURE})
    void theHistoryKnowsOfALastStepThatItCommitted(String xid) throws InterruptedException {
        Site site = runs.site();
        interrupt(site, ONE_STEP, xid, () -> isCommitted(site));

        Plan next = site.apply(up(ONE_STEP));

        assertThat(next.due()).isEmpty();
        assertThat(states(site)).containsOnly("DONE");
    }

    @ParameterizedTest
    @ValueSource(strings = {TOO_OLD, IN_THE_FUTURE})
    void theHistoryKnowsOfALastStepThatItDidNot(String xid) throws InterruptedException {
        Site site = runs.site();
        interrupt(site, ONE_STEP, xid, () -> isWritten(site));
        assertThat(isCommitted(site)).isFalse();

        Plan next = site.apply(up(ONE_STEP));

        assertThat(next.due()).hasSize(1);
        assertThat(isCommitted(site)).isTrue();
        assertThat(states(site)).contains("UNDONE").last().isEqualTo("DONE");
    }

    @ParameterizedTest
    @ValueSource(strings = {TOO_OLD, IN_THE_FUTURE})
    void nobodyKnowsOfAStepInTheMiddle(String xid) {
        Site site = runs.site();
        interrupt(site, THREE_STEPS, xid, () -> isCommitted(site));

        assertThatThrownBy(() -> site.apply(up(THREE_STEPS)))
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContaining("state-unknown")
                .hasMessageContaining("step 1 of 1 (V1__a.sql)")
                .hasMessageContaining("transaction " + xid);
    }
}
