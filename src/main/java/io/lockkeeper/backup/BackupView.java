package io.lockkeeper.backup;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.http.ETags;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import jakarta.ws.rs.core.EntityTag;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A backup as the API shows it, and as other features find it. The facts of its making are the job's of the same id.
///
/// @param sha256 of its manifest, which holds those of all its files: whoever knows this digest knows every byte
/// @param bytes in the depot
/// @param rawBytes as the tool wrote them
/// @param key id of the key that it is sealed with; absent: it is not
/// @param recipient the public half of that key
/// @param snapshotAt the state of the data that it holds, by the target's clock
/// @param walLsn where that is in the write-ahead log
/// @param walStart of a physical backup: the log from here to walLsn is in it
/// @param origin of a backup that another tool keeps: we list it, and neither check nor delete it
/// @param missing what of it was found gone from its depot, or changed
/// @param keyLost why what it is sealed with cannot be opened any more
/// @param expiresAt no rule removes it before
/// @param hold why nothing may remove it
public record BackupView(
        long id,
        String target,
        BackupSpec.Method method,
        BackupSpec.@Nullable Format format,
        @Nullable String database,
        String depot,
        String folder,
        @Nullable String sha256,
        long bytes,
        long rawBytes,
        @Nullable String key,
        @Nullable String recipient,
        String serverVersion,
        @Nullable String toolVersion,
        @Nullable String systemIdentifier,
        Instant snapshotAt,
        @Nullable String walLsn,
        @Nullable String walStart,
        @Nullable Integer timeline,
        FingerprintSummary fingerprint,
        @Nullable BackupOrigin origin,
        Proof proof,
        @Nullable String missing,
        @Nullable String keyLost,
        @Nullable Instant checkedAt,
        @Nullable Instant expiresAt,
        @Nullable String hold,
        Instant createdAt,
        Instant completedAt,
        Links links,

        @Schema(hidden = true) @com.fasterxml.jackson.annotation.JsonIgnore
        int version) {

    /// @throws Refused 409 `backup-of-another-tool`
    BackupView demandOurs() {
        if (origin != null) {
            throw new Refused(Problem.conflict(
                    "backup-of-another-tool",
                    "Backup " + id + " is kept by " + origin.tool() + " (" + origin.label() + " in repository "
                            + origin.repository() + "): what is to be done with it is done there."));
        }
        return this;
    }

    /// Of all that people and checks change.
    EntityTag tag() {
        return ETags.of(
                id, version, proof.verdict(), missing == null ? "there" : "missing", keyLost == null ? "" : "locked");
    }

    /// Whether it was restored and compared.
    public record Proof(
            Verdict verdict, @Nullable Instant at, @Nullable Long restoreTest) {}

    public enum Verdict {
        @JsonProperty("UNPROVEN")
        UNPROVEN,
        @JsonProperty("PROVEN")
        PROVEN,
        @JsonProperty("BROKEN")
        BROKEN
    }

    @Schema(name = "BackupLinks")
    public record Links(
            String self,
            @Nullable String job,
            @Nullable String content,
            @Nullable String fingerprint) {
        static Links of(long id) {
            String self = BackupResource.PATH + "/" + id;
            return new Links(self, "/api/v1/jobs/" + id, self + "/content", self + "/fingerprint");
        }

        static Links ofAnotherTool(long id) {
            return new Links(BackupResource.PATH + "/" + id, null, null, null);
        }
    }
}
