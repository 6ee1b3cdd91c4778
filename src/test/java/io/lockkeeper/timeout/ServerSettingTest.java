package io.lockkeeper.timeout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerSettingTest {
    private static final ServerSetting TIMEOUT = number("ms", "0", "2147483647");
    private static final ServerSetting LOGGED_FROM = number("ms", "-1", "2147483647");
    private static final ServerSetting LIMIT = number("kB", "-1", "2147483647");
    private static final ServerSetting COUNT = number(null, "0", "10");

    private static ServerSetting number(String unit, String min, String max) {
        return new ServerSetting("x", "integer", unit, min, max, List.of(), "user", "default", "0", "0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30s    | 30000  | 30s
            1.5min | 90000  | 90s
            90000  | 90000  | 90s
            '2 h'  | 7200000| 2h
            7d     | 604800000 | 7d
            500us  | 0      | 0
            0      | 0      | 0
            1ms    | 1      | 1ms
            """)
    void readsWhatPostgresWrites(String text, String canonical, String shown) {
        assertThat(TIMEOUT.canonical(text)).isEqualTo(canonical);
        assertThat(TIMEOUT.show(text)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30s |
            0s |
            1.5min |
            30 | must be a duration with a unit
            64MB | must be a duration with a unit
            100us | is finer than the server's unit ms
            25d | must be from 0 to
            -1s | must be from 0 to
            soon | must be a number
            1e3s | must be a number
            """)
    void refusesWhatWouldMeanSomethingElse(String value, String fault) {
        if (fault == null) {
            assertThat(TIMEOUT.fault(value)).isEmpty();
        } else {
            assertThat(TIMEOUT.fault(value).orElseThrow()).contains(fault);
        }
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "-1s, false", "0s, true", "250ms, true"})
    void minusOneSwitchesLoggingOff(String value, boolean fine) {
        assertThat(LOGGED_FROM.fault(value).isEmpty()).isEqualTo(fine);
    }

    @ParameterizedTest
    @CsvSource({"64MB, true", "1GB, true", "5s, false", "64, false"})
    void sizesAreNoDurations(String value, boolean fine) {
        assertThat(LIMIT.fault(value).isEmpty()).isEqualTo(fine);
    }

    @ParameterizedTest
    @CsvSource({"7, true", "7s, false", "11, false", "1.5, false"})
    void countsHaveNoUnit(String value, boolean fine) {
        assertThat(COUNT.fault(value).isEmpty()).isEqualTo(fine);
    }

    @ParameterizedTest
    @CsvSource({"15m, 15min", "15min, 15min", "500ms, 500ms", "1.5m, 1.5min", "5MB, 5MB"})
    void minutesAreWrittenAsPostgresReadsThem(String ours, String sql) {
        assertThat(ServerSetting.inSql(ours)).isEqualTo(sql);
    }
}
