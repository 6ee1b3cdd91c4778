package io.lockkeeper.backup;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// How long people want a backup to stay.
@Schema(name = "BackupPatch")
public record KeepPatch(
        @Schema(
                description = "Why nothing may delete it, not even people; null releases it",
                examples = "litigation 4711, until legal says otherwise")
        @Nullable
        @NotBlank
        @Size(max = 500)
        @Pattern(regexp = "\\P{Cntrl}*", message = "must not hold control characters")
        String hold,

        @Schema(description = "No rule deletes it before; null: rules may", examples = "2027-01-01T00:00:00Z") @Nullable
        Instant expiresAt) {

    static KeepPatch of(BackupView backup) {
        return new KeepPatch(backup.hold(), backup.expiresAt());
    }

    boolean releases(KeepPatch before) {
        return before.hold() != null && hold == null;
    }

    boolean holdsAnew(KeepPatch before) {
        return hold != null && !hold.equals(before.hold());
    }

    boolean movesExpiry(KeepPatch before) {
        return expiresAt == null ? before.expiresAt() != null : !expiresAt.equals(before.expiresAt());
    }

    /// Whether it may go sooner than before.
    boolean letsGo(KeepPatch before) {
        boolean sooner = before.expiresAt() != null && (expiresAt == null || expiresAt.isBefore(before.expiresAt()));
        return releases(before) || sooner;
    }
}
