package io.lockkeeper.timeout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A worker may die on either side of the commit; the next attempt has only this to tell its own work from
/// others'.
class StoredPolicyTest {
    private static final Place APP = new Place(Scope.ROLE, null, "app");
    private static final Kept BEFORE = new Kept(APP, List.of("work_mem=8MB", "lock_timeout=9s"));
    private static final Kept AFTER =
            new Kept(APP, List.of("work_mem=8MB", "lock_timeout=1s", "statement_timeout=1min"));

    private static final StoredPolicy POLICY = new StoredPolicy(
            17, 1, "orders", List.of(), Image.of(List.of(BEFORE)), Image.of(List.of(AFTER)), Instant.EPOCH, null);

    private static boolean explains(String... config) {
        return POLICY.explains(Image.of(List.of(new Kept(APP, List.of(config)))));
    }

    @Test
    void knowsItsOwnWorkFromThatOfOthers() {
        assertThat(explains("work_mem=8MB", "lock_timeout=9s"))
                .as("not committed")
                .isTrue();
        assertThat(explains("lock_timeout=1s", "statement_timeout=1min", "work_mem=8MB"))
                .as("committed")
                .isTrue();
        assertThat(explains("work_mem=8MB", "lock_timeout=1s"))
                .as("half, as ALTER SYSTEM may be")
                .isTrue();
        assertThat(explains("work_mem=8MB", "lock_timeout=2s"))
                .as("somebody else")
                .isFalse();
        assertThat(explains("lock_timeout=9s"))
                .as("somebody else, elsewhere in the row")
                .isFalse();
        assertThat(explains()).isFalse();
    }

    @Test
    void itsWayBackSetsWhatWasThereAndResetsWhatWasNot() {
        assertThat(POLICY.wantsBack().stream().map(Want::sql))
                .containsExactly(
                        "ALTER ROLE \"app\" SET \"lock_timeout\" TO '9s'",
                        "ALTER ROLE \"app\" RESET \"statement_timeout\"");
    }
}
