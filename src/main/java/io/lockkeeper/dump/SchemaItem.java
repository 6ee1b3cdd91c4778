package io.lockkeeper.dump;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// One thing that a dump defines. Several may have the same names.
///
/// @param sha256 of its owner, its table access method and its definition
public record SchemaItem(String type, @Nullable String schema, String name, String sha256)
        implements Comparable<SchemaItem> {
    private static final Comparator<SchemaItem> ORDER = Comparator.comparing(SchemaItem::type)
            .thenComparing(item -> item.schema() == null ? "" : item.schema())
            .thenComparing(SchemaItem::name)
            .thenComparing(SchemaItem::sha256);

    @Override
    public int compareTo(SchemaItem other) {
        return ORDER.compare(this, other);
    }

    /// For people.
    String title() {
        return schema == null ? type + " " + name : type + " " + schema + "." + name;
    }
}
