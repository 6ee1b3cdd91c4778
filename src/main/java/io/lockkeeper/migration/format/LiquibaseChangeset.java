package io.lockkeeper.migration.format;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A changeset as its file has it, line by line.
///
/// @param line of its head
/// @param sql each line behind the head that is SQL, the others empty, so that lines keep their numbers
/// @param rollback the same for the way back; null: none was given
record LiquibaseChangeset(
        SourceFile file,
        int line,
        String author,
        String id,
        Map<String, String> attributes,
        @Nullable String comment,
        List<String> validChecksums,
        List<String> sql,
        @Nullable List<String> rollback) {

    boolean says(String attribute, boolean otherwise) {
        return Boolean.parseBoolean(
                attributes.getOrDefault(attribute.toLowerCase(java.util.Locale.ROOT), "" + otherwise));
    }

    String attribute(String name) {
        return attributes.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), "");
    }
}
