package io.lockkeeper.target;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;

public record ProtectionSpec(
        @Nullable @Min(0) @Max(10) @Schema(description = "How many people must approve a job.", defaultValue = "0")
        Integer approvals,

        @Nullable
        @Size(max = 32)
        @Schema(
                description = "The kinds that need approval, and with each of them those that GET /kinds shows to be"
                        + " protectedAs it; empty: every kind.")
        List<@Pattern(regexp = "[a-z][a-z0-9-]{0,62}", message = "must be the name of a kind") String> kinds,

        @Nullable
        @Schema(
                description = "Whether a migration must have a way back, or a comment above its first statement that"
                        + " says why not: `-- irreversible: <reason>`.",
                defaultValue = "false")
        Boolean wayBack,

        @Nullable
        @Schema(description = "Migrations must have been rehearsed before they are applied; absent: no demand.")
        Rehearsal rehearsal) {

    static final ProtectionSpec DEFAULT = new ProtectionSpec(0, List.of(), false, null);

    @Schema(name = "ProtectionRehearsal")
    public record Rehearsal(
            @Schema(
                    description = "The very same bundle must have passed a rehearsal, on data that is not older.",
                    examples = "7d")
            @DurationMin(minutes = 1, message = "must be at least 1m")
            @DurationMax(days = 366, message = "must be at most 366d")
            Duration within) {

        static @Nullable Rehearsal of(@Nullable Duration within) {
            return within == null ? null : new Rehearsal(within);
        }
    }

    public ProtectionSpec {
        approvals = approvals == null ? 0 : approvals;
        kinds = kinds == null ? List.of() : kinds.stream().distinct().toList();
        wayBack = wayBack != null && wayBack;
    }
}
