package io.lockkeeper.migration;

import io.lockkeeper.sql.Grammar;
import io.lockkeeper.sql.SqlFault;
import io.lockkeeper.sql.Statement;
import io.lockkeeper.sql.StatementFacts;

/// What a statement is, as far as running it goes.
record Nature(StatementFacts facts, Use use) {
    enum Use {
        INSIDE,
        /// The server refuses it in a transaction.
        OUTSIDE,
        /// May end transactions of its own, if it is in none of ours.
        OPAQUE,
        /// What it makes can only be used behind a commit.
        COMMIT_BEFORE_USE,
        BEGIN,
        COMMIT,
        /// Any other word about transactions.
        CONTROL
    }

    /// @throws SqlFault with the place in the statement
    static Nature of(Statement statement, Grammar grammar) throws InterruptedException {
        StatementFacts facts = StatementFacts.of(grammar.parse(statement.text()));
        return new Nature(facts, use(facts));
    }

    String kind() {
        return facts.kind();
    }

    private static Use use(StatementFacts facts) {
        return switch (facts.transaction()) {
            case OUTSIDE_ONLY -> facts.kind().endsWith("PREPARED") ? Use.CONTROL : Use.OUTSIDE;
            case COMMIT_BEFORE_USE -> Use.COMMIT_BEFORE_USE;
            case CONTROL -> control(facts.kind());
            default -> facts.opaque() ? Use.OPAQUE : Use.INSIDE;
        };
    }

    private static Use control(String kind) {
        return switch (kind) {
            case "BEGIN", "START" -> Use.BEGIN;
            case "COMMIT" -> Use.COMMIT;
            default -> Use.CONTROL;
        };
    }
}
