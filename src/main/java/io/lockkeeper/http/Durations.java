package io.lockkeeper.http;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as the API writes them: a whole number and a unit, `500ms`, `30s`, `15m`, `2h`, `7d`. A bare number is
/// refused, because everybody reads it in another unit. The digits are limited so that every duration also fits into
/// a long of nanoseconds.
public final class Durations {
    static final String PATTERN = "^([0-9]{1,12}ms|[0-9]{1,9}s|[0-9]{1,8}m|[0-9]{1,6}h|[0-9]{1,5}d)$";

    private static final Pattern FORM = Pattern.compile(PATTERN);
    private static final Pattern PARTS = Pattern.compile("([0-9]+)([a-z]+)");
    private static final Pattern BARE = Pattern.compile("[0-9]+([.][0-9]+)?");

    private Durations() {}

    /// @throws IllegalArgumentException with a sentence that is fit for the caller's eyes
    public static Duration parse(String text) {
        if (BARE.matcher(text).matches()) {
            throw new IllegalArgumentException("needs a unit, as in 500ms, 30s, 15m, 2h or 7d");
        }
        Matcher parts = PARTS.matcher(text);
        if (!FORM.matcher(text).matches() || !parts.matches()) {
            throw new IllegalArgumentException(
                    "is not a duration: write a whole number and a unit, as in 500ms, 30s, 15m, 2h or 7d");
        }
        long count = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    /// In the largest unit that says it exactly; what is finer than a millisecond is cut off.
    public static String format(Duration duration) {
        if (duration.isNegative()) {
            return "-" + format(duration.negated());
        }
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = duration.toSeconds();
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        if (seconds % 3600 != 0) {
            return seconds / 60 + "m";
        }
        return seconds % 86_400 == 0 ? seconds / 86_400 + "d" : seconds / 3600 + "h";
    }
}
