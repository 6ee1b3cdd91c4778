package io.lockkeeper.migration.format;

import io.lockkeeper.sql.Script;
import io.lockkeeper.sql.SqlFault;
import io.lockkeeper.sql.Statement;
import java.util.List;

/// One way of a migration, up or down, taken apart.
///
/// @param path of its file
/// @param firstLine of the text in its file
public record Part(String path, int firstLine, List<Statement> statements) {
    public Part {
        statements = List.copyOf(statements);
    }

    /// @throws FormatFault with the place in the file
    static Part of(String path, int firstLine, String text) {
        try {
            return new Part(path, firstLine, Script.split(text).statements());
        } catch (SqlFault fault) {
            throw new FormatFault(path, fault.line() + firstLine - 1, fault.detail());
        }
    }

    static Part of(String path, String text) {
        return of(path, 1, text);
    }

    /// Where a statement stands in the file.
    public int lineOf(Statement statement) {
        return statement.line() + firstLine - 1;
    }
}
