package io.lockkeeper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LockLadderTest {
    private final LockLadder ladder = new LockLadder(LockPolicy.DEFAULT, new Random(7));

    @Test
    void beginsShortAndGrowsSlowlyToItsLimit() {
        assertThat(IntStream.of(1, 3, 4, 7, 10, 19, 100)
                        .mapToObj(ladder::timeout)
                        .map(Duration::toMillis))
                .containsExactly(100L, 100L, 150L, 225L, 337L, 1000L, 1000L);
    }

    @Test
    void restsLongerThanItHeldOthersUp() {
        assertThat(ladder.rest(1, Duration.ofMillis(60)).toMillis()).isBetween(180L, 300L);
        assertThat(ladder.rest(1, Duration.ofHours(1)).toMillis()).isBetween(300L, 500L);
        assertThat(ladder.rest(50, Duration.ofHours(1)).toMillis()).isBetween(3000L, 5000L);
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> new LockPolicy(
                        Duration.ZERO,
                        Duration.ofSeconds(1),
                        1,
                        Duration.ZERO,
                        Duration.ofSeconds(1),
                        1,
                        Duration.ofSeconds(1),
                        Duration.ZERO))
                .hasMessageContaining("PT0S");
    }
}
