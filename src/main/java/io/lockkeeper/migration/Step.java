package io.lockkeeper.migration;

import io.lockkeeper.sql.Statement;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What happens to the target as a whole or not at all: a transaction, or one statement outside of any.
///
/// @param position among the steps of its migration, from 1
/// @param sha256 of its statements
/// @param closes it is the last one, with which the migration is done in its tool's history
record Step(int position, Kind kind, List<Placed> statements, String sha256, boolean closes) {
    enum Kind {
        TRANSACTION,
        STATEMENT
    }

    /// A statement in its place.
    record Placed(Statement statement, Nature nature, int line, String sha256) {
        static Placed of(Statement statement, Nature nature, int line) {
            String text = statement.copy() == null
                    ? statement.text()
                    : statement.text() + ";\n" + statement.copy().text();
            return new Placed(statement, nature, line, Bundle.digest(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    static Step of(int position, Kind kind, List<Placed> statements, boolean closes) {
        StringBuilder hashes = new StringBuilder(kind.name());
        statements.forEach(each -> hashes.append(each.sha256()));
        String sha256 = Bundle.digest(hashes.toString().getBytes(StandardCharsets.US_ASCII));
        return new Step(position, kind, List.copyOf(statements), sha256, closes);
    }

    Step closing() {
        return new Step(position, kind, statements, sha256, true);
    }
}
