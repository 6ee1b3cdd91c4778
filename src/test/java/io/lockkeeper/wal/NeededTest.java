package io.lockkeeper.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.backup.BaseBackup;
import io.lockkeeper.postgres.Lsn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NeededTest {
    private static final long SEGMENT = 16L << 20;

    @Test
    void keepsFromTheEarliestBackupOfTheClusterOn() {
        Needed needed = needed(true, Optional.of(9L), backup(3, "7", 20), backup(4, "7", 12), backup(5, "8", 2));

        assertThat(needed.from()).isEqualTo(12);
        assertThat(needed.why()).isEqualTo("backup 4 begins there");
    }

    @Test
    void keepsAllWhereNobodyKnows() {
        assertThat(needed(false, Optional.empty(), backup(3, "7", 20), backup(4, "", 12)))
                .isEqualTo(new Needed(Needed.ALL, "backup 4 may be of this cluster"));
    }

    @Test
    void keepsAllForABackupThatIsBeingMade() {
        assertThat(needed(false, Optional.of(9L), backup(5, "8", 2)))
                .isEqualTo(new Needed(Needed.ALL, "backup 9 is being made"));
    }

    @Test
    void keepsAllUntilThereIsABackup() {
        assertThat(needed(true, Optional.empty()).from()).isEqualTo(Needed.ALL);
    }

    @Test
    void keepsNothingOfAClusterThatIsOver() {
        assertThat(needed(false, Optional.empty(), backup(5, "8", 2)).from()).isEqualTo(Needed.NONE);
    }

    private static Needed needed(boolean current, Optional<Long> underway, BaseBackup... kept) {
        return Needed.of("7", List.of(kept), SEGMENT, current, underway);
    }

    private static BaseBackup backup(long id, String cluster, long segment) {
        return new BaseBackup(
                id, cluster, 1, new Lsn(segment * SEGMENT + 40), new Lsn((segment + 1) * SEGMENT), Instant.EPOCH);
    }
}
