package io.lockkeeper.dump;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a dump holds of one table.
///
/// @param columns in the order in which their values were summed up
/// @param sum absent where the content was not looked at
public record TableRows(List<String> columns, @Nullable TableSum sum) {
    public TableRows {
        columns = List.copyOf(columns);
    }

    /// Of two partitions, or of one table that was dumped in two pieces.
    TableRows plus(TableRows other) {
        return new TableRows(columns, sum == null || other.sum == null ? null : sum.plus(other.sum));
    }
}
