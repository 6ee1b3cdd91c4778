package io.lockkeeper.backup;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What can be said of a check whose path names the backup.
record BackupCheckDepth(
        @Schema(description = "Read every byte and compare the digests", defaultValue = "false") @Nullable
        Boolean deep) {}
