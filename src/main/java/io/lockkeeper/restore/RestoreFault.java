package io.lockkeeper.restore;

import org.jspecify.annotations.Nullable;

/// Something that a program complained about while it restored.
///
/// @param dumpId the entry of the table of contents that it was at
/// @param line of the SQL file, where there is no table of contents
/// @param message what it said first; for what the server refused: the server's words
/// @param sqlState where the server refused it
/// @param command the SQL that was refused, as far as the program told
record RestoreFault(
        @Nullable Integer dumpId,
        @Nullable Long line,
        String message,
        @Nullable String sqlState,
        String command) {

    RestoreFault withState(@Nullable String found) {
        return new RestoreFault(dumpId, line, message, found, command);
    }

    /// Two letters or digits: `23` is a violated constraint.
    String sqlClass() {
        return sqlState == null ? "" : sqlState.substring(0, 2);
    }
}
