package io.lockkeeper.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.backup.BaseBackup;
import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.postgres.WalSegment;
import io.lockkeeper.wal.WalSegmentStore.Run;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecoverableTest {
    private static final long SEGMENT = 16L << 20;

    @Test
    void backupsAndTheLogBetweenThemAreOneWindow() {
        List<Recoverable> windows =
                Recoverable.windows(List.of(backup(1, 3, 10), backup(2, 6, 20)), List.of(run(2, 9, 30)));

        assertThat(windows).containsExactly(new Recoverable(at(10), at(30), 1));
    }

    @Test
    void aGapMakesTwo() {
        List<Recoverable> windows =
                Recoverable.windows(List.of(backup(1, 3, 10), backup(2, 8, 25)), List.of(run(2, 5, 15), run(7, 9, 30)));

        assertThat(windows).containsExactly(new Recoverable(at(10), at(15), 1), new Recoverable(at(25), at(30), 2));
        assertThat(WalArchives.gaps(List.of(run(2, 5, 15), run(7, 9, 30)), holding(9)))
                .containsExactly(new WalArchiveView.Gap("000000010000000000000006", "000000010000000000000006", 1));
    }

    @Test
    void whatTheServerHasNoMoreIsAGapBeforeAnythingComesAfterIt() {
        assertThat(WalArchives.gaps(List.of(run(2, 5, 15)), holding(6))).isEmpty();
        assertThat(WalArchives.gaps(List.of(run(2, 5, 15)), holding(8)))
                .containsExactly(new WalArchiveView.Gap("000000010000000000000006", "000000010000000000000007", 2));
    }

    private static LogState holding(long segment) {
        Lsn at = new Lsn(segment * SEGMENT);
        return new LogState(at(1), false, at, "7", 1, SEGMENT, at, "reserved");
    }

    @Test
    void aBackupWithoutLogIsOneMoment() {
        assertThat(Recoverable.windows(List.of(backup(1, 3, 10)), List.of()))
                .containsExactly(new Recoverable(at(10), at(10), 1));
        assertThat(Recoverable.windows(List.of(backup(1, 3, 10)), List.of(run(4, 9, 30))))
                .containsExactly(new Recoverable(at(10), at(10), 1));
    }

    @Test
    void sightingsNeverPromiseTooMuch() {
        Sightings sightings = new Sightings();
        sightings.add(at(1), new Lsn(100));
        sightings.add(at(2), new Lsn(100));
        sightings.add(at(3), new Lsn(250));

        assertThat(sightings.coveredBy(new Lsn(99))).isEmpty();
        assertThat(sightings.coveredBy(new Lsn(200))).contains(at(2));
        assertThat(sightings.coveredBy(new Lsn(250))).contains(at(3));
        for (int i = 4; i < 10_000; i++) {
            sightings.add(at(i), new Lsn(i * 100L));
        }
        assertThat(sightings.coveredBy(new Lsn(500_050)).orElseThrow())
                .isBeforeOrEqualTo(at(5000))
                .isAfter(at(4900));
    }

    @Test
    void aSegmentWithNothingButItsHeaderIsNotBegun() {
        assertThat(LogState.withoutPageHeader(Lsn.parse("0/7000028"), SEGMENT)).hasToString("0/7000000");
        assertThat(LogState.withoutPageHeader(Lsn.parse("0/7000060"), SEGMENT)).hasToString("0/7000060");
    }

    @Test
    void segmentsAreNamedAsTheServerNamesThem() {
        WalSegment segment = WalSegment.holding(3, Lsn.parse("16/B374D848"), SEGMENT);

        assertThat(segment.name()).isEqualTo("0000000300000016000000B3");
        assertThat(WalSegment.named(segment.name(), SEGMENT)).isEqualTo(segment);
        assertThat(segment.end()).hasToString("16/B4000000");
        assertThat(WalSegment.named("0000000100000000000000FF", SEGMENT).next().name())
                .isEqualTo("000000010000000100000000");
    }

    private static BaseBackup backup(long id, long segment, int second) {
        return new BaseBackup(id, "7", 1, new Lsn(segment * SEGMENT), new Lsn(segment * SEGMENT + 100), at(second));
    }

    private static Run run(long first, long last, int second) {
        return new Run(first, last, at(second), at(second), SEGMENT);
    }

    private static Instant at(int second) {
        return Instant.ofEpochSecond(second);
    }
}
