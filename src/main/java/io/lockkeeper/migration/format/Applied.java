package io.lockkeeper.migration.format;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A row of a tool's own history, in the tool's words where it has any.
///
/// @param id as of [Migration]
/// @param checksum null: the tool wrote none, or none that counts
/// @param by the database's role
public record Applied(
        String id,
        @Nullable String description,
        @Nullable String checksum,
        State state,
        @Nullable String script,
        @Nullable Instant at,
        @Nullable String by) {
    public enum State {
        DONE,
        /// The tool knows that it went wrong, or does not know how it went.
        FAILED,
        /// What lies below it is there without having been run by the tool.
        BASELINE,
        /// It was done, and taken back.
        UNDONE
    }
}
