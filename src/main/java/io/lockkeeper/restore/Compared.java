package io.lockkeeper.restore;

import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.dump.Level;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What of a copy was held against what was backed up, in numbers.
///
/// @param content how much of the rows and large objects
/// @param definitions tables, indexes, functions, privileges and whatever else a dump defines
/// @param expected digest of the fingerprint that was taken when the backup was made
@Schema(name = "RestoreCompared")
public record Compared(
        Level content,
        int tables,
        long rows,
        long largeObjects,
        int sequences,
        int definitions,
        @Nullable String expected) {

    /// A copy of files has no fingerprint, and a restore that ended early nothing to compare.
    static final Compared NOTHING = new Compared(Level.NONE, 0, 0, 0, 0, 0, null);

    static Compared of(Level level, Fingerprint expected) {
        boolean content = level != Level.NONE;
        return new Compared(
                level,
                content ? expected.tables().size() : 0,
                content
                        ? expected.tables().stream()
                                .mapToLong(Fingerprint.Table::rows)
                                .sum()
                        : 0,
                content ? expected.largeObjects().count() : 0,
                expected.sequences().size(),
                expected.schema().size(),
                expected.digest());
    }
}
