package io.lockkeeper.dump;

import java.util.Comparator;

/// A table, sequence or whatever else lives in a schema, by names as the catalogue has them: not quoted.
public record TableName(String schema, String name) implements Comparable<TableName> {
    private static final Comparator<TableName> ORDER =
            Comparator.comparing(TableName::schema).thenComparing(TableName::name);

    @Override
    public int compareTo(TableName other) {
        return ORDER.compare(this, other);
    }

    /// For people.
    @Override
    public String toString() {
        return schema + "." + name;
    }
}
