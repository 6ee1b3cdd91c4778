package io.lockkeeper.repository;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A repository of another tool as backups of a target.
///
/// @param tool `pgbackrest` or `barman`
/// @param backups how many of its backups are listed
/// @param leftOut entries that made no sense at the last look
/// @param newestAt when its newest backup was complete
/// @param seenAt the last look that came through
/// @param problem why a look came to nothing, since then
@Schema(name = "BackupRepository")
public record RepositoryView(
        String target,
        String name,
        String tool,
        Instant registeredAt,
        String registeredBy,
        long backups,
        int leftOut,
        @Nullable Instant newestAt,
        @Nullable Instant seenAt,
        Instant nextLookAt,
        @Nullable Trouble problem) {

    @Schema(name = "BackupRepositoryTrouble")
    public record Trouble(String code, String detail, Instant since) {}
}
