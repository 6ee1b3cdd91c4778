package io.lockkeeper.migration.format;

import io.lockkeeper.migration.format.LiquibaseChangeset.Word;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A changeset while its file is being read.
final class LiquibaseDraft {
    private final SourceFile file;
    private final int line;
    private final String author;
    private final String id;
    private final Map<String, String> attributes;
    private final List<String> validChecksums = new ArrayList<>();
    private final List<Word> preconditions = new ArrayList<>();
    private final List<String> sql = new ArrayList<>();
    private @Nullable List<String> rollback;
    private @Nullable Word rollbackOf;
    private @Nullable String comment;

    /// @param line of its head
    LiquibaseDraft(SourceFile file, int line, String author, String id, Map<String, String> attributes) {
        this.file = file;
        this.line = line;
        this.author = author;
        this.id = id;
        this.attributes = attributes;
    }

    void sql(String text) {
        add(text, "");
    }

    void comment(String text) {
        comment = text;
        add("", "");
    }

    void validChecksum(String sum) {
        validChecksums.add(sum);
        add("", "");
    }

    /// Liquibase forgets those that stand before the line that says what becomes of them.
    void precondition(Word word) {
        if (word.name().equals("preconditions") && !preconditions.isEmpty()) {
            throw new FormatFault(
                    file.path(), word.line(), "--preconditions stands behind preconditions, which it would undo");
        }
        preconditions.add(word);
        add("", "");
    }

    /// From here on there is a way back, if only one with nothing to do.
    void openRollback() {
        if (rollback == null) {
            rollback = new ArrayList<>(Collections.nCopies(sql.size(), ""));
        }
    }

    void rollback(Word word) {
        String lower = word.rest().toLowerCase(Locale.ROOT);
        boolean names = lower.contains("changesetid");
        boolean mixed = rollbackOf != null || names && rollback != null;
        if (mixed) {
            throw new FormatFault(
                    file.path(), word.line(), "A way back is SQL, or one line that names another changeset");
        }
        openRollback();
        rollbackOf = names ? word : null;
        boolean nothing = names || lower.startsWith("not required") || lower.startsWith("empty");
        add("", nothing ? "" : word.rest());
    }

    void rollbackLine(String text) {
        add("", text);
    }

    private void add(String up, String down) {
        sql.add(up);
        if (rollback != null) {
            rollback.add(down);
        }
    }

    LiquibaseChangeset done() {
        if (sql.stream().allMatch(String::isBlank)) {
            throw new FormatFault(file.path(), line, "The changeset has no SQL");
        }
        return new LiquibaseChangeset(
                file, line, author, id, attributes, comment, validChecksums, preconditions, sql, rollback, rollbackOf);
    }
}
