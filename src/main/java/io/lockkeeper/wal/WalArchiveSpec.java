package io.lockkeeper.wal;

import jakarta.validation.constraints.Size;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;

/// How the write-ahead log of a target shall be archived.
public record WalArchiveSpec(
        @Schema(description = "Where its segments shall lie; without it, the operator's default depot")
        @Nullable
        @Size(min = 1, max = 63)
        String depot,

        @Schema(
                description = "Ends a segment that is not full after this time, so that it can be archived: the role"
                        + " needs EXECUTE on pg_switch_wal(). Without it, what was written last reaches the depot when"
                        + " 16 MB are full.",
                examples = "5m")
        @Nullable
        @DurationMin(seconds = 1, message = "must be at least 1s")
        @DurationMax(days = 1, message = "must be at most 24h")
        Duration switchEvery) {}
