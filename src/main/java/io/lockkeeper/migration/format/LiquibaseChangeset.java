package io.lockkeeper.migration.format;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A changeset as its file has it, line by line.
///
/// @param line of its head
/// @param preconditions the lines about them, in their order
/// @param sql each line behind the head that is SQL, the others empty, so that lines keep their numbers
/// @param rollback the same for the way back; null: none was given
/// @param rollbackOf the changeset whose SQL is the way back; null: none was named
record LiquibaseChangeset(
        SourceFile file,
        int line,
        String author,
        String id,
        Map<String, String> attributes,
        @Nullable String comment,
        List<String> validChecksums,
        List<Word> preconditions,
        List<String> sql,
        @Nullable List<String> rollback,
        @Nullable Word rollbackOf) {

    /// One of Liquibase's words, with what follows it.
    record Word(int line, String name, String rest) {}

    boolean says(String attribute, boolean otherwise) {
        return Boolean.parseBoolean(attributes.getOrDefault(attribute.toLowerCase(Locale.ROOT), "" + otherwise));
    }

    String attribute(String name) {
        return attributes.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /// Where it is said to be; by that the history knows it.
    String path() {
        String logical = attribute("logicalFilePath");
        return logical.isEmpty() ? file.path() : logical;
    }

    String key() {
        return key(path(), id, author);
    }

    static String key(String path, String id, String author) {
        return path + "::" + id + "::" + author;
    }
}
