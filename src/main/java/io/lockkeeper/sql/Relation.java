package io.lockkeeper.sql;

import org.jspecify.annotations.Nullable;

/// A table, an index, a view, a sequence: as a statement names it, unfolded and without quotes.
///
/// @param schema absent where the search path decides
public record Relation(@Nullable String schema, String name) {
    @Override
    public String toString() {
        return schema == null ? name : schema + "." + name;
    }
}
