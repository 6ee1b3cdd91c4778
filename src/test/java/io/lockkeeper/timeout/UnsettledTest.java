package io.lockkeeper.timeout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UnsettledTest {
    private static final Place APP = Place.of(null, "app");
    private static final Place DB = Place.of("orders", null);
    private static final ServerSettings SEES_ALL = new ServerSettings(18, new TreeMap<>(), Map.of(), Map.of());
    private static final ServerSettings SEES_NO_FILES = new ServerSettings(18, new TreeMap<>(), null, null);

    private static Image image(Place place, String... config) {
        return Image.of(List.of(new Kept(place, List.of(config))));
    }

    private static StoredPolicy policy(long id, Image before, Image after, Instant appliedAt) {
        return new StoredPolicy(id, 1, "t", List.of(), before, after, appliedAt, null);
    }

    private static List<Unsettled.Outcome> outcomes(Image now, ServerSettings server, StoredPolicy... policies) {
        return Unsettled.among(List.of(policies), now, server).stream()
                .map(Unsettled::outcome)
                .toList();
    }

    @Test
    void theTargetTellsWhatBecameOfIt() {
        Image before = image(APP, "lock_timeout=9s", "work_mem=8MB");
        StoredPolicy lost =
                policy(7, before, image(APP, "lock_timeout=1s", "work_mem=8MB", "statement_timeout=5s"), null);

        assertThat(outcomes(before, SEES_ALL, lost)).isEmpty();
        assertThat(outcomes(lost.after(), SEES_ALL, lost)).containsExactly(Unsettled.Outcome.APPLIED);
        assertThat(outcomes(image(APP, "lock_timeout=1s", "work_mem=8MB"), SEES_ALL, lost))
                .containsExactly(Unsettled.Outcome.PARTLY_APPLIED);
        assertThat(outcomes(image(APP, "lock_timeout=3s", "work_mem=8MB"), SEES_ALL, lost))
                .containsExactly(Unsettled.Outcome.UNKNOWN);
        assertThat(outcomes(image(APP, "lock_timeout=1s", "statement_timeout=5s"), SEES_ALL, lost))
                .containsExactly(Unsettled.Outcome.APPLIED); // what others keep there is their business
    }

    @Test
    void whatCannotBeSeenIsNotFine() {
        StoredPolicy lost = policy(7, image(Place.SERVER), image(Place.SERVER, "log_lock_waits=on"), null);
        assertThat(outcomes(image(APP), SEES_NO_FILES, lost)).containsExactly(Unsettled.Outcome.UNKNOWN);
        assertThat(outcomes(image(APP), SEES_ALL, lost)).isEmpty();
    }

    @Test
    void aLaterPolicyOfTheSamePlacesSettlesIt() {
        StoredPolicy lost = policy(7, image(APP), image(APP, "lock_timeout=1s"), null);
        Image now = image(APP, "lock_timeout=2s");
        StoredPolicy later = policy(8, lost.after(), now, Instant.EPOCH);
        StoredPolicy elsewhere = policy(9, image(DB), image(DB, "lock_timeout=2s"), Instant.EPOCH);

        assertThat(outcomes(now, SEES_ALL, lost, elsewhere)).containsExactly(Unsettled.Outcome.UNKNOWN);
        assertThat(outcomes(now, SEES_ALL, lost, elsewhere, later)).isEmpty();
    }
}
