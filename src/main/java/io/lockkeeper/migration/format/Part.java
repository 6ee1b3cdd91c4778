package io.lockkeeper.migration.format;

import io.lockkeeper.sql.Delimiter;
import io.lockkeeper.sql.Script;
import io.lockkeeper.sql.SqlFault;
import io.lockkeeper.sql.Statement;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One way of a migration, up or down, taken apart.
///
/// @param path of its file
/// @param firstLine of the text in its file
/// @param irreversible why it cannot be taken back, if it says so
public record Part(
        String path,
        int firstLine,
        List<Statement> statements,
        @Nullable String irreversible) {
    /// A comment before the first statement: to the tool it is one like any other.
    private static final Pattern IRREVERSIBLE =
            Pattern.compile("\\s*--\\s*irreversible\\s*:(.*)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    public Part {
        statements = List.copyOf(statements);
    }

    /// @throws FormatFault with the place in the file
    static Part of(String path, int firstLine, String text, @Nullable Delimiter delimiter) {
        try {
            List<Statement> statements = Script.split(text, delimiter).statements();
            return new Part(path, firstLine, statements, irreversible(path, firstLine, text, statements));
        } catch (SqlFault fault) {
            throw new FormatFault(path, fault.line() + firstLine - 1, fault.detail());
        }
    }

    static Part of(String path, String text) {
        return of(path, 1, text, null);
    }

    private static @Nullable String irreversible(String path, int firstLine, String text, List<Statement> statements) {
        String[] lines = text.split("\n", -1);
        int before = statements.isEmpty() ? lines.length : statements.getFirst().line() - 1;
        for (int i = 0; i < before; i++) {
            Matcher marker = IRREVERSIBLE.matcher(lines[i]);
            if (marker.matches()) {
                String reason = marker.group(1).strip();
                if (reason.isEmpty()) {
                    throw new FormatFault(path, firstLine + i, "irreversible: lacks the reason");
                }
                return reason;
            }
        }
        return null;
    }

    /// Where a statement stands in the file.
    public int lineOf(Statement statement) {
        return statement.line() + firstLine - 1;
    }
}
