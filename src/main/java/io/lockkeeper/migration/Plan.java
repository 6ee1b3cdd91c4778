package io.lockkeeper.migration;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.migration.format.Migration;
import io.lockkeeper.sql.LockMode;
import io.lockkeeper.sql.RelationLock;
import io.lockkeeper.target.TargetFacts;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What would happen to a target, and what stands in the way.
record Plan(Standing standing, Direction direction, List<Due> due, List<Finding> findings, String digest) {

    /// @param migration that it is about; empty: all
    @Schema(name = "MigrationFinding")
    public record Finding(Rule rule, String migration, String detail, boolean allowed) {}

    /// A migration that is to run, step by step.
    ///
    /// @param wayBack whether the bundle has one
    /// @param irreversible why not, if it says so
    /// @param onlyIf what it wants to hold when it begins; looked at then, and not before
    @Schema(name = "PlannedMigration")
    public record Planned(
            String migration,
            String path,
            boolean wayBack,
            @Nullable String irreversible,
            @Nullable String onlyIf,
            List<PlannedStep> steps) {}

    /// @param statements one after the other; of a transaction all or none
    @Schema(name = "PlannedStep")
    public record PlannedStep(int no, Grouping kind, List<PlannedStatement> statements) {}

    /// @param sql its beginning
    @Schema(name = "PlannedStatement")
    public record PlannedStatement(int line, String kind, String sql, List<PlannedLock> locks) {}

    /// The strongest lock that a statement takes on something that it names.
    ///
    /// @param blocksReads SELECT waits for it
    /// @param blocksWrites INSERT, UPDATE and DELETE wait for it
    @Schema(name = "PlannedLock")
    public record PlannedLock(String relation, LockMode mode, boolean blocksReads, boolean blocksWrites) {
        static PlannedLock of(RelationLock lock) {
            LockMode mode = lock.mode();
            return new PlannedLock(lock.relation().toString(), mode, mode.blocksReads(), mode.blocksWrites());
        }
    }

    public enum Grouping {
        @JsonProperty("transaction")
        TRANSACTION,
        @JsonProperty("statement")
        STATEMENT
    }

    private static final int SHOWN = 200;

    List<Planned> planned() {
        return due.stream()
                .map(each -> new Planned(
                        each.migration().id(),
                        each.path(),
                        each.migration().down() != null,
                        each.migration().up().irreversible(),
                        each.condition() == null ? null : each.condition().toString(),
                        each.steps().stream().map(Plan::planned).toList()))
                .toList();
    }

    /// With what the target's protection demands.
    Plan on(TargetFacts target) {
        if (!target.wayBack() || direction == Direction.DOWN) {
            return this;
        }
        List<Finding> all = new ArrayList<>(findings);
        due.stream().map(Due::migration).filter(Plan::lacksWayBack).forEach(migration -> all.add(noWayBack(migration)));
        return new Plan(standing, direction, due, List.copyOf(all), digest);
    }

    /// What runs again whenever it has changed is never taken back.
    private static boolean lacksWayBack(Migration migration) {
        return migration.kind() == Migration.Kind.VERSIONED
                && migration.down() == null
                && migration.up().irreversible() == null;
    }

    private static Finding noWayBack(Migration migration) {
        String detail = migration.path() + " has no way back: write one, or say above its first statement why there is"
                + " none, with -- irreversible: <reason>.";
        return new Finding(Rule.NO_WAY_BACK, migration.id(), detail, false);
    }

    private static PlannedStep planned(Step step) {
        Grouping kind = step.kind() == Step.Kind.TRANSACTION ? Grouping.TRANSACTION : Grouping.STATEMENT;
        return new PlannedStep(
                step.position(),
                kind,
                step.statements().stream()
                        .map(each -> new PlannedStatement(
                                each.line(),
                                each.nature().kind(),
                                shown(each.statement().text()),
                                locks(each)))
                        .toList());
    }

    private static List<PlannedLock> locks(Step.Placed placed) {
        return placed.nature().facts().locks().stream().map(PlannedLock::of).toList();
    }

    private static String shown(String sql) {
        return sql.length() <= SHOWN ? sql : sql.substring(0, SHOWN) + " ...";
    }

    List<Finding> undecided() {
        return findings.stream().filter(finding -> !finding.allowed()).toList();
    }
}
