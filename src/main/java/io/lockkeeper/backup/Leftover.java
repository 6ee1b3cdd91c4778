package io.lockkeeper.backup;

/// A folder that no backup owns any more.
record Leftover(String depot, String folder) {}
