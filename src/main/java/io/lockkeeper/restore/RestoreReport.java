package io.lockkeeper.restore;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lockkeeper.backup.BackupOrigin;
import io.lockkeeper.backup.BackupView;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The evidence: what was restored, from which bytes, compared how, with which result. It is stored as
/// the text that was digested, and handed out byte for byte.
///
/// @param reasons at most 1000 of `reasonCount`
/// @param timeToRestoreMs from the beginning of the test until the copy could be used; none: it never
/// could
/// @param dataAgeSeconds how old the data was when the test began
/// @param restoredBytes what the copy takes on a disk
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RestoreReport(
        long restoreTest,
        Verdict verdict,
        int reasonCount,
        List<Reason> reasons,
        List<String> notes,
        List<CheckOutcome> checks,
        Compared compared,
        Tested tested,
        Means means,
        Instant beganAt,
        Instant endedAt,
        Instant dataAt,
        @Nullable Long timeToRestoreMs,
        long dataAgeSeconds,
        @Nullable Long restoredBytes,
        List<Phase> phases) {

    /// Which bytes.
    ///
    /// @param sha256 of the manifest, which holds those of all files; absent where another tool keeps it
    /// @param fingerprint of the content, taken while it was backed up
    /// @param origin of a backup that another tool keeps
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "RestoreTested")
    public record Tested(
            long backup,
            String target,
            String method,
            @Nullable String format,
            @Nullable String database,
            String depot,
            String folder,
            @Nullable String sha256,
            long bytes,
            long rawBytes,
            @Nullable String key,
            String serverVersion,
            @Nullable String toolVersion,
            @Nullable String systemIdentifier,
            Instant snapshotAt,
            Instant completedAt,
            @Nullable String fingerprint,
            @Nullable BackupOrigin origin) {

        static Tested of(BackupView backup) {
            return new Tested(
                    backup.id(),
                    backup.target(),
                    word(backup.method()),
                    backup.format() == null ? null : word(backup.format()),
                    backup.database(),
                    backup.depot(),
                    backup.folder(),
                    backup.sha256(),
                    backup.bytes(),
                    backup.rawBytes(),
                    backup.key(),
                    backup.serverVersion(),
                    backup.toolVersion(),
                    backup.systemIdentifier(),
                    backup.snapshotAt(),
                    backup.completedAt(),
                    backup.fingerprint().sha256(),
                    backup.origin());
        }

        private static String word(Enum<?> constant) {
            return constant.name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /// With what.
    ///
    /// @param lockkeeper the version of this program
    /// @param server major version of the sandbox
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "RestoreMeans")
    public record Means(
            String lockkeeper,
            int server,
            int parallelism,
            @Nullable Instant until) {}
}
