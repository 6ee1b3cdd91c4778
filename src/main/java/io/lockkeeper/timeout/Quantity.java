package io.lockkeeper.timeout;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Amounts as PostgreSQL writes them: a number and a unit, `1.5min`, `64MB`.
///
/// @param base how many of the smallest unit of its family: microseconds, or bytes
record Quantity(BigDecimal base, boolean time) {
    private static final Pattern FORM =
            Pattern.compile("\\s*([+-]?[0-9]+(?:[.][0-9]*)?|[+-]?[.][0-9]+)\\s*([A-Za-z]*)\\s*");

    private static final Map<String, BigDecimal> TIMES = Map.of(
            "us", BigDecimal.valueOf(1),
            "ms", BigDecimal.valueOf(1_000),
            "s", BigDecimal.valueOf(1_000_000),
            "min", BigDecimal.valueOf(60_000_000L),
            "h", BigDecimal.valueOf(3_600_000_000L),
            "d", BigDecimal.valueOf(86_400_000_000L));
    private static final Map<String, BigDecimal> SIZES = Map.of(
            "B", BigDecimal.ONE,
            "kB", BigDecimal.valueOf(1L << 10),
            "MB", BigDecimal.valueOf(1L << 20),
            "GB", BigDecimal.valueOf(1L << 30),
            "TB", BigDecimal.valueOf(1L << 40));

    /// The number in front, and the unit as it was written, maybe none.
    record Written(BigDecimal number, String unit) {
        Optional<Quantity> quantity() {
            BigDecimal time = TIMES.get(unit);
            if (time != null) {
                return Optional.of(new Quantity(number.multiply(time), true));
            }
            return Optional.ofNullable(SIZES.get(unit)).map(size -> new Quantity(number.multiply(size), false));
        }
    }

    static Optional<Written> read(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches()
                ? Optional.of(new Written(new BigDecimal(form.group(1)), form.group(2)))
                : Optional.empty();
    }

    /// One of a setting's unit, such as `ms`, `kB` or `8kB`.
    static Quantity unit(String unit) {
        Written written = read(unit).orElseGet(() -> new Written(BigDecimal.ONE, unit));
        return written.quantity().orElseThrow(() -> new IllegalStateException("PostgreSQL has a new unit: " + unit));
    }
}
