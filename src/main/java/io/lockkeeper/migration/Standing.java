package io.lockkeeper.migration;

import io.lockkeeper.migration.format.Applied;
import io.lockkeeper.migration.format.Migration;
import io.lockkeeper.migration.format.Migration.Kind;
import io.lockkeeper.migration.format.Source;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The files of a bundle beside the history of a target.
record Standing(List<Entry> entries, Source source) {

    /// One migration, in files, in the history or in both.
    ///
    /// @param path null: no file is it
    /// @param checksum of the file, as its tool sums up
    /// @param appliedChecksum as its tool has written it down
    @Schema(name = "MigrationEntry")
    public record Entry(
            String migration,
            @Nullable String description,
            @Nullable String path,
            MigrationState state,
            @Nullable String checksum,
            @Nullable String appliedChecksum,
            @Nullable Instant appliedAt,
            @Nullable String appliedBy) {}

    static Standing of(Source source, List<Applied> history, boolean ordered) {
        Map<String, Applied> last = new LinkedHashMap<>();
        for (Applied row : history) {
            last.remove(row.id());
            last.put(row.id(), row);
        }
        Set<String> known = source.migrations().stream().map(Migration::id).collect(Collectors.toSet());
        List<Entry> entries = new ArrayList<>();
        last.values().stream()
                .filter(row -> !known.contains(row.id()))
                .filter(row -> row.state() == Applied.State.DONE || row.state() == Applied.State.FAILED)
                .forEach(row -> entries.add(missing(row)));
        boolean laterHasRun = false;
        List<Entry> backwards = new ArrayList<>();
        for (Migration migration : source.migrations().reversed()) {
            Applied row = last.get(migration.id());
            backwards.add(entry(migration, row, ordered && laterHasRun));
            laterHasRun |= migration.kind() == Kind.VERSIONED && row != null && row.state() == Applied.State.DONE;
        }
        entries.addAll(backwards.reversed());
        return new Standing(List.copyOf(entries), source);
    }

    private static Entry entry(Migration migration, @Nullable Applied row, boolean laterHasRun) {
        return new Entry(
                migration.id(),
                migration.description(),
                migration.path(),
                state(migration, row, laterHasRun),
                migration.checksum(),
                row == null ? null : row.checksum(),
                row == null ? null : row.at(),
                row == null ? null : row.by());
    }

    private static MigrationState state(Migration migration, @Nullable Applied row, boolean laterHasRun) {
        if (row == null || row.state() == Applied.State.UNDONE) {
            boolean early = laterHasRun && migration.kind() == Kind.VERSIONED;
            return early ? MigrationState.OUT_OF_ORDER : MigrationState.PENDING;
        }
        if (row.state() == Applied.State.FAILED) {
            return MigrationState.FAILED;
        }
        if (row.state() == Applied.State.BASELINE) {
            return MigrationState.BELOW_BASELINE;
        }
        if (migration.kind() == Kind.ALWAYS) {
            return MigrationState.PENDING;
        }
        boolean same = row.checksum() == null
                || migration.checksum() == null
                || row.checksum().equals(migration.checksum())
                || row.checksum().equals(migration.facts().get("equivalent"));
        if (same) {
            return MigrationState.APPLIED;
        }
        return migration.kind() == Kind.REPEATABLE ? MigrationState.PENDING : MigrationState.CHANGED;
    }

    private static Entry missing(Applied row) {
        return new Entry(
                row.id(),
                row.description(),
                null,
                row.state() == Applied.State.FAILED ? MigrationState.FAILED : MigrationState.MISSING,
                null,
                row.checksum(),
                row.at(),
                row.by());
    }

    List<Entry> in(MigrationState state) {
        return entries.stream().filter(entry -> entry.state() == state).toList();
    }
}
