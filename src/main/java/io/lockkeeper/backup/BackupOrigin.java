package io.lockkeeper.backup;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// Where a backup is from that another tool keeps.
///
/// @param tool `pgbackrest` or `barman`
/// @param repository its name in the operator's configuration
/// @param label the tool's own name of the backup
/// @param type full, diff or incr
/// @param prior the label of the one that it builds upon
@Schema(name = "BackupOrigin")
public record BackupOrigin(
        String tool,
        String repository,
        String label,
        @Nullable String type,
        @Nullable String prior) {}
