package io.lockkeeper.dump;

import io.lockkeeper.dump.Difference.Code;
import io.lockkeeper.dump.Fingerprint.Table;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// Rows and large objects.
record ContentComparison(Fingerprint expected, Fingerprint found, Comparison.Told told) {
    void tell() {
        Set<TableName> leftOut = expected.leftOut().stream().map(LeftOut::table).collect(Collectors.toSet());
        told.pairs(expected.tables(), found.tables(), Table::table, (name, before, after) -> {
            if (before == null && (after.rows() == 0 || leftOut.contains(name))) {
                return; // a note says so already, or the schema does
            }
            String sentence = table(before, after);
            if (sentence != null) {
                told.difference(Code.CONTENT, name.toString(), sentence);
            }
        });
        largeObjects(expected.largeObjects(), found.largeObjects());
    }

    private static String table(Table before, Table after) {
        if (before == null) {
            return "not expected, found with " + rows(after.rows());
        }
        if (after == null) {
            return rows(before.rows()) + " expected, the table is missing";
        }
        if (before.rows() != after.rows()) {
            return rows(before.rows()) + " expected, " + after.rows() + " found";
        }
        boolean hashed = before.hash() != null && after.hash() != null;
        return hashed && !before.hash().equals(after.hash())
                ? "same number of rows (" + before.rows() + "), different content" + columns(before, after)
                : null;
    }

    private static String columns(Table before, Table after) {
        return before.columns().equals(after.columns())
                ? ""
                : "; columns were " + before.columns() + " and are " + after.columns();
    }

    private void largeObjects(LargeObjects before, LargeObjects after) {
        boolean named = !before.each().isEmpty() && !after.each().isEmpty();
        if (named) {
            told.pairs(before.each(), after.each(), ContentComparison::name, (name, one, other) -> {
                String sentence = largeObject(one, other);
                if (sentence != null) {
                    told.difference(Code.CONTENT, name.name(), sentence);
                }
            });
        } else if (before.count() != after.count()) {
            told.difference(Code.CONTENT, "large objects", before.count() + " expected, " + after.count() + " found");
        } else if (before.bytes() != after.bytes()) {
            told.difference(
                    Code.CONTENT, "large objects", before.bytes() + " bytes expected, " + after.bytes() + " found");
        } else if (expected.level() == found.level() && !Objects.equals(before.sum(), after.sum())) {
            told.difference(Code.CONTENT, "large objects", "same number (" + before.count() + "), different content");
        }
    }

    private static String largeObject(LargeObject before, LargeObject after) {
        if (before == null || after == null) {
            return before == null ? "not expected" : "missing";
        }
        if (before.size() != after.size()) {
            return before.size() + " bytes expected, " + after.size() + " found";
        }
        boolean hashed = before.sha256() != null && after.sha256() != null;
        return hashed && !before.sha256().equals(after.sha256())
                ? "same size (" + before.size() + " bytes), different content"
                : null;
    }

    private static TableName name(LargeObject object) {
        return new TableName("", "large object " + object.oid());
    }

    private static String rows(long count) {
        return count == 1 ? "1 row" : count + " rows";
    }
}
