package io.lockkeeper.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "0s,PT0S",
        "500ms,PT0.5S",
        "1500ms,PT1.5S",
        "30s,PT30S",
        "90s,PT90S",
        "15m,PT15M",
        "90m,PT90M",
        "2h,PT2H",
        "7d,PT168H"
    })
    void readsWhatItWrites(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
        assertThat(Durations.format(duration)).isEqualTo(text);
    }

    @Test
    void takesTheLargestUnitThatIsExact() {
        assertThat(Durations.format(Duration.ofSeconds(3600))).isEqualTo("1h");
        assertThat(Durations.format(Duration.ofSeconds(-90))).isEqualTo("-90s");
        assertThat(Durations.format(Duration.ofNanos(1_999_999))).isEqualTo("1ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "0", "1.5"})
    void asksForTheUnitOfABareNumber(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text))
                .withMessageContaining("needs a unit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-5s", "5 s", "5S", "1h30m", "PT5S", "5y", "9999999999s", "5s\n"})
    void refusesWhatIsNoDuration(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text))
                .withMessageContaining("is not a duration");
    }

    @ParameterizedTest
    @ValueSource(strings = {"999999999999ms", "999999999s", "99999999m", "999999h", "99999d"})
    void longestOnesFitIntoNanoseconds(String text) {
        assertThat(Durations.parse(text).toNanos()).isPositive();
    }
}
