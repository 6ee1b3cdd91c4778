package io.lockkeeper.repository;

import io.lockkeeper.backup.ForeignBackup;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a repository holds.
///
/// @param backups those that are new, or were looked at again
/// @param labels of all of them
/// @param leftOut how many entries made no sense
/// @param systemIdentifier of the cluster that is backed up there now, where the tool tells it
record Listing(
        List<ForeignBackup> backups,
        Set<String> labels,
        int leftOut,
        @Nullable String systemIdentifier) {
    Listing {
        backups = List.copyOf(backups);
        labels = Set.copyOf(labels);
    }
}
