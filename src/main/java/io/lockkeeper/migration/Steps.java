package io.lockkeeper.migration;

import io.lockkeeper.migration.Nature.Use;
import io.lockkeeper.migration.Step.Kind;
import io.lockkeeper.migration.Step.Placed;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.migration.format.FormatFault;
import io.lockkeeper.migration.format.Migration;
import io.lockkeeper.migration.format.Migration.Transactions;
import io.lockkeeper.migration.format.Part;
import io.lockkeeper.sql.Grammar;
import io.lockkeeper.sql.SqlFault;
import io.lockkeeper.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Cuts a migration into steps: as few transactions as its statements let it have.
final class Steps {
    private static final Pattern LITERAL = Pattern.compile("'((?:[^']|'')+)'");

    private final Part part;
    private final Transactions transactions;
    private final boolean scriptsCloseIt;
    private final List<Placed> all;
    private final List<Step> steps = new ArrayList<>();
    private final List<Placed> open = new ArrayList<>();
    private boolean inOwn;

    private Steps(Part part, Transactions transactions, List<Placed> all, boolean scriptsCloseIt) {
        this.part = part;
        this.transactions = transactions;
        this.all = all;
        this.scriptsCloseIt = scriptsCloseIt;
    }

    /// @param scriptsCloseIt its statements write its tool's history
    /// @throws FormatFault for what is no SQL, or cannot run in the transactions that are asked for
    static List<Step> of(Migration migration, Direction direction, boolean scriptsCloseIt, Grammar grammar)
            throws InterruptedException {
        Part part = direction == Direction.UP ? migration.up() : migration.down();
        List<Placed> all = placed(part, grammar);
        boolean begins = all.stream().anyMatch(each -> each.nature().use() == Use.BEGIN);
        Transactions asked = migration.transactions();
        if (begins && asked != Transactions.NONE && isWrapped(all)) {
            return new Steps(part, Transactions.ONE, all.subList(1, all.size() - 1), scriptsCloseIt).cut();
        }
        Transactions own = asked == Transactions.OWN && !begins && !scriptsCloseIt ? Transactions.ONE : asked;
        return new Steps(part, own, all, scriptsCloseIt).cut();
    }

    private static List<Placed> placed(Part part, Grammar grammar) throws InterruptedException {
        List<Placed> all = new ArrayList<>();
        for (Statement statement : part.statements()) {
            int line = part.lineOf(statement);
            try {
                all.add(Placed.of(statement, Nature.of(statement, grammar), line));
            } catch (SqlFault fault) {
                throw new FormatFault(
                        part.path(), line + fault.line() - 1, fault.detail() + " (column " + fault.column() + ")");
            }
            refuseOddCopy(part, all.getLast());
        }
        return all;
    }

    private static void refuseOddCopy(Part part, Placed placed) {
        try {
            if (placed.statement().copy() != null) {
                CopyRows.inserts(placed.statement());
            }
        } catch (IllegalArgumentException other) {
            throw new FormatFault(part.path(), placed.line(), other.getMessage());
        }
    }

    /// BEGIN, statements, COMMIT: one transaction in other words.
    private static boolean isWrapped(List<Placed> all) {
        long controls = all.stream()
                .map(each -> each.nature().use())
                .filter(use -> use == Use.BEGIN || use == Use.COMMIT || use == Use.CONTROL)
                .count();
        return controls == 2
                && all.getFirst().nature().use() == Use.BEGIN
                && all.getLast().nature().use() == Use.COMMIT;
    }

    private List<Step> cut() {
        for (int i = 0; i < all.size(); i++) {
            take(i);
        }
        if (inOwn) {
            throw fault(open.isEmpty() ? all.getLast() : open.getFirst(), "BEGIN has no COMMIT");
        }
        if (!open.isEmpty() || !scriptsCloseIt || steps.isEmpty()) {
            close(Kind.TRANSACTION, true);
        } else {
            steps.add(steps.removeLast().closing());
        }
        return List.copyOf(steps);
    }

    private void take(int at) {
        Placed next = all.get(at);
        switch (next.nature().use()) {
            case BEGIN -> begin(next);
            case COMMIT -> commit(next);
            case CONTROL ->
                throw fault(next, next.nature().kind() + " cannot stand in a migration: its end would be unknown");
            case OUTSIDE -> outside(next);
            case OPAQUE -> {
                if (transactions == Transactions.NONE) {
                    outside(next);
                } else {
                    inside(next);
                }
            }
            case COMMIT_BEFORE_USE -> {
                inside(next);
                if (!inOwn && isUsed(at)) {
                    flush();
                }
            }
            case INSIDE -> inside(next);
        }
    }

    /// Whether a later statement seems to use what this one adds: one commit more does no harm.
    private boolean isUsed(int at) {
        List<String> words = LITERAL.matcher(all.get(at).statement().text())
                .results()
                .map(found -> found.group(1))
                .toList();
        return all.stream().skip(at + 1).anyMatch(later -> words.stream()
                .anyMatch(word -> later.statement().text().contains(word)));
    }

    private void begin(Placed next) {
        if (transactions != Transactions.OWN || inOwn) {
            throw fault(next, "A migration of this format does not begin transactions itself, but around all of it");
        }
        flush();
        inOwn = true;
    }

    private void commit(Placed next) {
        if (!inOwn) {
            throw fault(next, "There is no transaction of the migration's own to commit");
        }
        close(Kind.TRANSACTION, false);
        inOwn = false;
    }

    private void inside(Placed next) {
        open.add(next);
        if (transactions == Transactions.NONE || transactions == Transactions.OWN && !inOwn) {
            flush();
        }
    }

    private void outside(Placed next) {
        if (inOwn) {
            throw fault(next, next.nature().kind() + " cannot run between BEGIN and COMMIT");
        }
        flush();
        open.add(next);
        close(Kind.STATEMENT, false);
    }

    private void flush() {
        if (!open.isEmpty()) {
            close(Kind.TRANSACTION, false);
        }
    }

    private void close(Kind kind, boolean closes) {
        steps.add(Step.of(steps.size() + 1, kind, open, closes));
        open.clear();
    }

    private FormatFault fault(Placed at, String detail) {
        return new FormatFault(part.path(), at.line(), detail);
    }
}
