package io.lockkeeper.repository;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.postgres.WalSegment;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a program told about one backup, read with distrust: whoever may write to its repository writes this too. What
/// is not as it should be is no value, or makes the whole entry none.
record Told(JsonNode entry) {
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,99}");
    private static final Pattern VERSION = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){0,3}");
    private static final Pattern IDENTIFIER = Pattern.compile("\\d{1,20}");
    private static final long YEAR_2200 = 7_258_118_400L;

    /// An entry that makes no sense.
    static final class Nonsense extends RuntimeException {
        Nonsense(String what) {
            super(what, null, false, false);
        }
    }

    String label(String pointer) {
        return text(pointer, LABEL).orElseThrow(() -> new Nonsense("a backup's label"));
    }

    @Nullable
    String labelOrNothing(String pointer) {
        return text(pointer, LABEL).orElse(null);
    }

    @Nullable
    String version(String pointer) {
        return text(pointer, VERSION).orElse(null);
    }

    @Nullable
    String identifier(String pointer) {
        return text(pointer, IDENTIFIER).orElse(null);
    }

    Instant at(String pointer) {
        JsonNode at = entry.at(pointer);
        try {
            long seconds = Long.parseLong(at.asText());
            if (seconds > 0 && seconds < YEAR_2200) {
                return Instant.ofEpochSecond(seconds);
            }
        } catch (NumberFormatException nonsense) {
            throw new Nonsense("a backup's time");
        }
        throw new Nonsense("a backup's time");
    }

    long bytes(String pointer) {
        JsonNode bytes = entry.at(pointer);
        if (!bytes.canConvertToLong() || bytes.longValue() < 0) {
            throw new Nonsense("a backup's size");
        }
        return bytes.longValue();
    }

    @Nullable
    String lsn(String pointer) {
        try {
            return Lsn.parse(entry.at(pointer).asText()).toString();
        } catch (IllegalArgumentException nonsense) {
            return null;
        }
    }

    @Nullable
    Integer timelineOfSegment(String pointer) {
        String name = entry.at(pointer).asText();
        return WalSegment.isName(name) ? Integer.valueOf(Integer.parseUnsignedInt(name.substring(0, 8), 16)) : null;
    }

    private Optional<String> text(String pointer, Pattern pattern) {
        return Optional.of(entry.at(pointer).asText())
                .filter(text -> pattern.matcher(text).matches());
    }
}
