package io.lockkeeper.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferenceTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            wait=10                        | wait=10
            Wait = 10                      | wait=10
            wait="10"                      | wait=10
            respond-async, wait=5; x=y     | wait=5
            foo="a, wait=3", wait=7        | wait=7
            wait=3, wait=9                 | wait=3
            wait=60                        | wait=60
            wait=61                        | wait=60
            wait=99999999999999999999      | wait=60
            """)
    void readsHowLongTheCallerWouldWait(String header, String applied) {
        Preference preference = Preference.of(List.of(header));

        assertThat(preference.applied()).isEqualTo(applied);
        assertThat(preference.waits()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "respond-async", "waiting=5", "handling=lenient", "wait=0", ",,"})
    void ignoresOtherPreferences(String header) {
        assertThat(Preference.of(List.of(header)).waits()).isFalse();
    }

    @Test
    void isNoneWithoutTheHeader() {
        assertThat(Preference.of(null)).isEqualTo(Preference.NONE);
        assertThat(Preference.of(List.of())).isEqualTo(Preference.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait", "wait=", "wait=soon", "wait=-1", "wait=1.5", "wait=10s"})
    void refusesAWaitThatIsNoNumber(String header) {
        Problem problem = catchThrowableOfType(Refused.class, () -> Preference.of(List.of(header)))
                .problem();

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.code()).isEqualTo("invalid-header");
        assertThat(problem.detail()).contains("wait must be a whole number of seconds");
    }
}
