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
}
