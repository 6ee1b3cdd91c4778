package io.lockkeeper.wal;

/// What a job did for an archive until that was ended.
///
/// @param bytes in the depot
public record WalArchiveResult(int segments, long bytes) {}
