package io.lockkeeper.backup;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;

/// Which backups stay. A backup stays if one rule keeps it.
@Schema(name = "BackupKeepRules")
public record KeepRules(
        @Schema(description = "The newest so many") @Nullable @Min(0) @Max(MOST)
        Integer last,

        @Schema(description = "The newest of each of the last so many days that have one") @Nullable @Min(0) @Max(MOST)
        Integer daily,

        @Schema(description = "The same for weeks, which begin on Monday (ISO 8601)") @Nullable @Min(0) @Max(MOST)
        Integer weekly,

        @Schema(description = "The same for months") @Nullable @Min(0) @Max(MOST)
        Integer monthly,

        @Schema(description = "The same for years") @Nullable @Min(0) @Max(MOST)
        Integer yearly,

        @Schema(
                description =
                        "All that are at most so much older than the newest one: when no new ones come, these stay",
                examples = "72h")
        @Nullable
        @DurationMin(minutes = 1, message = "must be at least 1m")
        @DurationMax(days = 36_500, message = "must be at most 876000h")
        Duration within,

        @Schema(description = "Whatever the other rules say, so many of the newest stay", defaultValue = "1")
        @Nullable
        @Min(1)
        @Max(MOST)
        Integer atLeast) {

    private static final long MOST = 10_000;

    public KeepRules {
        boolean counts = Stream.of(last, daily, weekly, monthly, yearly)
                .filter(Objects::nonNull)
                .anyMatch(count -> count > 0);
        if (!counts && within == null) {
            throw new IllegalArgumentException(
                    "must keep something: give at least one of last, daily, weekly, monthly, yearly, within");
        }
        atLeast = atLeast == null ? 1 : atLeast;
    }
}
