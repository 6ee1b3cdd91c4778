package io.lockkeeper.restore;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A restore test as the API shows it.
///
/// @param backup which may have been deleted since
/// @param report what was found
/// @param evidence SHA-256 of the report, byte for byte as its own path answers it
/// @param keptUntil the copy can be looked at so long
public record RestoreTestView(
        long id,
        String target,
        long backup,
        Verdict verdict,
        RestoreReport report,
        String evidence,
        @Nullable Instant keptUntil,
        Links links) {

    @Schema(name = "RestoreTestLinks")
    public record Links(
            String self,
            String job,
            String backup,
            String report,
            @Nullable String sandbox) {
        static Links of(long id, long backup, boolean kept) {
            String self = RestoreTestResource.PATH + "/" + id;
            return new Links(
                    self,
                    "/api/v1/jobs/" + id,
                    "/api/v1/backups/" + backup,
                    self + "/report",
                    kept ? self + "/sandbox" : null);
        }
    }
}
