package io.lockkeeper.dump;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A table as the catalogue knows it.
///
/// @param root of the partition tree that it is in; absent for what is in none, or is a root itself
/// @param bytes of its heap and what is kept beside it, by and large
/// @param extension that it belongs to
/// @param columns of a partitioned table, without generated ones
public record TableFacts(
        TableName table,
        Kind kind,
        @Nullable TableName root,
        long bytes,
        boolean filled,
        @Nullable String extension,
        List<String> columns) {
    public enum Kind {
        TABLE,
        PARTITIONED,
        FOREIGN,
        MATERIALIZED_VIEW;

        static Kind of(String relkind) {
            return switch (relkind) {
                case "p" -> PARTITIONED;
                case "f" -> FOREIGN;
                case "m" -> MATERIALIZED_VIEW;
                default -> TABLE;
            };
        }
    }

    public TableFacts {
        columns = List.copyOf(columns);
    }
}
