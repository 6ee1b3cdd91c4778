package io.lockkeeper.backup;

import org.jspecify.annotations.Nullable;

/// Those that other tools keep count as well.
///
/// @param newest that nothing speaks against: whole, not found missing or broken, its key there
/// @param proven the newest of these that a restore test has proven
public record LatestBackups(
        String target,
        @Nullable BackupView newest,
        @Nullable BackupView proven) {}
