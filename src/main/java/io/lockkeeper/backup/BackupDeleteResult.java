package io.lockkeeper.backup;

/// @param bytes that it had in its depot
/// @param swept whether its files have gone; if not, their depot did not let us, and it is tried again every minute
public record BackupDeleteResult(long backup, long bytes, boolean swept) {}
