package io.lockkeeper.http;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a caller would like (`Prefer`, RFC 7240). We know one preference, `wait=N` in seconds; the others are
/// ignored, as the RFC has it. More than 60 seconds are brought down to 60, and `Preference-Applied` says so.
public record Preference(Duration patience) {
    public static final String HEADER = "Prefer";
    public static final String APPLIED = "Preference-Applied";

    private static final long LONGEST = 60;
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    /// Commas inside of quotes separate nothing.
    private static final Pattern COMMA = Pattern.compile(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");

    public static final Preference NONE = new Preference(Duration.ZERO);

    public static Preference of(@Nullable List<String> header) {
        if (header == null) {
            return NONE;
        }
        return header.stream()
                .flatMap(COMMA::splitAsStream)
                .map(one -> one.split(";", 2)[0].strip())
                .filter(one -> one.toLowerCase(Locale.ROOT).matches("wait\\s*(=.*)?"))
                .findFirst()
                .map(one -> new Preference(seconds(one)))
                .orElse(NONE);
    }

    public boolean waits() {
        return patience.isPositive();
    }

    /// The value of `Preference-Applied`.
    public String applied() {
        return "wait=" + patience.toSeconds();
    }

    private static Duration seconds(String wait) {
        String value =
                wait.substring("wait".length()).replaceFirst("^\\s*=", "").strip();
        String number = value.replaceFirst("^\"(.*)\"$", "$1");
        if (!NUMBER.matcher(number).matches()) {
            throw new Refused(Problem.badHeader(HEADER, "wait must be a whole number of seconds, as in wait=10"));
        }
        boolean longer = number.length() > 9 || Long.parseLong(number) > LONGEST;
        return Duration.ofSeconds(longer ? LONGEST : Long.parseLong(number));
    }
}
