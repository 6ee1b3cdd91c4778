package io.lockkeeper.dump;

import java.util.List;
import java.util.Map;

/// In which order the values of a row are to be summed up: a partition's in the order of its root, and
/// those of a restored table in the order that they had before. What is not named here is taken as it
/// comes.
///
/// @param roots of partitions
/// @param columns of tables that are no partitions
public record ColumnOrders(Map<TableName, TableName> roots, Map<TableName, List<String>> columns) {
    public ColumnOrders {
        roots = Map.copyOf(roots);
        columns = Map.copyOf(columns);
    }

    public static ColumnOrders asDumped() {
        return new ColumnOrders(Map.of(), Map.of());
    }

    List<String> of(TableName table, List<String> dumped) {
        return columns.getOrDefault(roots.getOrDefault(table, table), dumped);
    }
}
