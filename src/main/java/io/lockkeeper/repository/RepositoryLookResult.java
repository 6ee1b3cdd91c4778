package io.lockkeeper.repository;

/// What a look into a repository has found.
///
/// @param backups how many are there
/// @param gone how many are there no longer, and not listed any more
/// @param leftOut entries that made no sense
public record RepositoryLookResult(int backups, int gone, int leftOut) {}
