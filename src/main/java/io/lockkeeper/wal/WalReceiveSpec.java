package io.lockkeeper.wal;

/// Everything was said when the archive was declared.
public record WalReceiveSpec() {}
