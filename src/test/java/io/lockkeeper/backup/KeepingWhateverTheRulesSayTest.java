package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupSpec.Method.PHYSICAL;
import static io.lockkeeper.backup.KeepingStories.NOW;
import static io.lockkeeper.backup.KeepingStories.backup;
import static io.lockkeeper.backup.KeepingStories.keeping;
import static io.lockkeeper.backup.KeepingStories.rules;
import static io.lockkeeper.backup.KeepingStories.told;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What keeps a backup whatever the rules say, and what is counted apart.
class KeepingWhateverTheRulesSayTest {
    @Test
    void theLastProvenOneStays() {
        List<Keepable> backups = List.of(
                backup(1, "2026-11-01T00:00Z").proven().made(),
                backup(2, "2026-11-02T00:00Z").proven().made(),
                backup(3, "2026-11-03T00:00Z").made(),
                backup(4, "2026-11-04T00:00Z").made());

        assertThat(told(keeping(rules().last(1), "UTC").fates(backups)))
                .containsExactly("4: at least 1, last 1", "3", "2: last proven", "1");
    }

    @Test
    void whatIsHeldOrBeforeItsTimeOrBeingReadStays() {
        List<Keepable> backups = List.of(
                backup(1, "2026-11-01T00:00Z").hold("case 4711").made(),
                backup(2, "2026-11-02T00:00Z").expires(NOW.plusSeconds(1)).made(),
                backup(3, "2026-11-03T00:00Z").expires(NOW).made(),
                backup(4, "2026-11-04T00:00Z").readBy(17L, 18L).made(),
                backup(5, "2026-11-05T00:00Z").made());

        assertThat(told(keeping(rules().last(1), "UTC").fates(backups)))
                .containsExactly(
                        "5: at least 1, last 1",
                        "4: read by job 17, read by job 18",
                        "3",
                        "2: until 2026-11-21T12:00:01Z",
                        "1: hold: case 4711");
    }

    @Test
    void whatIsHeldCountsAsWell() {
        List<Keepable> backups = List.of(
                backup(1, "2026-11-01T00:00Z").made(),
                backup(2, "2026-11-02T00:00Z").hold("h").made(),
                backup(3, "2026-11-03T00:00Z").made());

        assertThat(told(keeping(rules().daily(2), "UTC").fates(backups)))
                .containsExactly("3: at least 1, daily 2026-11-03", "2: hold: h, daily 2026-11-02", "1");
    }

    @Test
    void whatIsOfNoUseSatisfiesNoRule() {
        List<Keepable> backups = List.of(
                backup(1, "2026-11-01T00:00Z").proven().made(),
                backup(2, "2026-11-02T00:00Z").made(),
                backup(3, "2026-11-03T00:00Z").proven().apart("missing").made(),
                backup(4, "2026-11-04T00:00Z").apart("broken").made(),
                backup(5, "2026-11-05T00:00Z").apart("key lost").made());

        assertThat(told(keeping(rules().last(1), "UTC").fates(backups)))
                .as("the good ones among themselves, the others among themselves")
                .containsExactly(
                        "5: at least 1, last 1", "4", "3: last proven", "2: at least 1, last 1", "1: last proven");
    }

    @Test
    void countsEachMethodApart() {
        List<Keepable> backups = List.of(
                backup(1, "2026-11-01T00:00Z").of(PHYSICAL).made(),
                backup(2, "2026-11-02T00:00Z").of(PHYSICAL).made(),
                backup(3, "2026-11-03T00:00Z").made());

        assertThat(told(keeping(rules().daily(1), "UTC").fates(backups)))
                .containsExactly("3: at least 1, daily 2026-11-03", "2: at least 1, daily 2026-11-02", "1");
    }

    @Test
    void aNewTargetOfTheSameNameDoesNotPushOutTheOldOnes() {
        List<Keepable> backups = List.of(
                backup(1, "2026-11-01T00:00Z").ofForgottenTarget().proven().made(),
                backup(2, "2026-11-02T00:00Z").ofForgottenTarget().made(),
                backup(3, "2026-11-03T00:00Z").proven().made());

        assertThat(told(keeping(rules().last(1), "UTC").fates(backups)))
                .containsExactly("3: last proven, at least 1, last 1", "2: at least 1, last 1", "1: last proven");
    }
}
