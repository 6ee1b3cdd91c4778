package io.lockkeeper.migration;

import io.lockkeeper.http.Fault;
import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.Standing.Entry;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.migration.format.FormatFault;
import io.lockkeeper.migration.format.Migration;
import io.lockkeeper.sql.Grammar;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// From how a target stands to what is to be done. Changes nothing and asks nobody.
final class Planner {
    private static final String BASE = "base";

    private final MigrationSpec spec;
    private final String bundle;
    private final Standing standing;
    private final boolean scriptsCloseThemselves;
    private final Set<String> ours;
    private final Grammar grammar;
    private final List<Plan.Finding> findings = new ArrayList<>();

    /// @param ours what has failed and our journal knows how far it came
    Planner(
            MigrationSpec spec,
            String bundle,
            Standing standing,
            boolean scriptsCloseThemselves,
            Set<String> ours,
            Grammar grammar) {
        this.grammar = grammar;
        this.spec = spec;
        this.bundle = bundle;
        this.standing = standing;
        this.scriptsCloseThemselves = scriptsCloseThemselves;
        this.ours = ours;
    }

    /// @throws PermanentFailure where there is nothing that anybody could decide
    Plan plan(boolean schemaIsNew) throws InterruptedException {
        refuseFaults(standing.source().faults());
        if (!schemaIsNew) {
            find(
                    Rule.SCHEMA_NOT_EMPTY,
                    "",
                    "The schema is not empty, and there is no history of migrations: give a"
                            + " baseline, or allow this to begin with the first migration");
        }
        judge();
        List<Due> due = steps(spec.direction() == Direction.UP ? up() : down());
        return new Plan(standing, spec.direction(), due, List.copyOf(findings), digest(due));
    }

    private static void refuseFaults(List<FormatFault> faults) {
        if (!faults.isEmpty()) {
            List<Fault> errors = faults.stream()
                    .limit(100)
                    .map(fault -> new Fault(fault.place(), fault.detail()))
                    .toList();
            throw new PermanentFailure(new Problem(
                    "migrations-faulty",
                    "Migrations that cannot run",
                    422,
                    "The bundle has " + faults.size() + " faults, the first in "
                            + errors.getFirst().pointer() + ": "
                            + errors.getFirst().detail() + ".",
                    null,
                    errors,
                    null,
                    null));
        }
    }

    private void judge() {
        for (Entry entry : standing.entries()) {
            switch (entry.state()) {
                case CHANGED ->
                    find(
                            Rule.CHANGED_SINCE,
                            entry.migration(),
                            "It has run with the checksum " + entry.appliedChecksum() + ", and its file has "
                                    + entry.checksum() + " now");
                case MISSING -> find(Rule.MISSING, entry.migration(), "It has run, and the bundle does not have it");
                case OUT_OF_ORDER ->
                    find(Rule.OUT_OF_ORDER, entry.migration(), "It has not run, and one that comes after it has");
                case FAILED -> {
                    if (!ours.contains(entry.migration())) {
                        find(
                                Rule.FAILED,
                                entry.migration(),
                                "Its tool's history says that it failed, and no journal of"
                                        + " ours says how far it came");
                    }
                }
                default -> {}
            }
        }
    }

    private void find(Rule rule, String migration, String detail) {
        findings.add(new Plan.Finding(rule, migration, detail + ".", spec.allows(rule)));
    }

    private List<Migration> up() {
        Map<String, Entry> entries = byId();
        String last = spec.to();
        List<Migration> run = new ArrayList<>();
        if (last != null && !entries.containsKey(last)) {
            throw unknown(last);
        }
        for (Migration migration : standing.source().migrations()) {
            switch (entries.get(migration.id()).state()) {
                case PENDING, FAILED, OUT_OF_ORDER -> run.add(migration);
                default -> {}
            }
            if (migration.id().equals(last)) {
                break;
            }
        }
        return run;
    }

    private List<Migration> down() {
        Map<String, Entry> entries = byId();
        String stays = spec.to();
        if (!stays.equals(BASE) && !entries.containsKey(stays)) {
            throw unknown(stays);
        }
        Predicate<Migration> hasRun =
                migration -> switch (entries.get(migration.id()).state()) {
                    case APPLIED, CHANGED, FAILED -> migration.kind() == Migration.Kind.VERSIONED;
                    default -> false;
                };
        List<Migration> run = new ArrayList<>();
        for (Migration migration : standing.source().migrations().reversed()) {
            if (migration.id().equals(stays)) {
                break;
            }
            if (hasRun.test(migration)) {
                run.add(migration);
            }
        }
        refuseIrreversible(run);
        return run;
    }

    private static void refuseIrreversible(List<Migration> run) {
        List<Fault> stuck = run.stream()
                .filter(migration -> migration.down() == null)
                .map(migration -> new Fault(migration.path(), "has no way back" + why(migration)))
                .toList();
        if (!stuck.isEmpty()) {
            throw new PermanentFailure(new Problem(
                    "irreversible",
                    "No way back",
                    422,
                    "There is no way back for " + stuck.size() + " of the migrations that would have to go.",
                    null,
                    stuck,
                    null,
                    null));
        }
    }

    private static String why(Migration migration) {
        String reason = migration.up().irreversible();
        return reason == null ? "" : ": " + reason;
    }

    private Map<String, Entry> byId() {
        Map<String, Entry> entries = new HashMap<>();
        standing.entries().forEach(entry -> entries.put(entry.migration(), entry));
        return entries;
    }

    private static PermanentFailure unknown(String migration) {
        return new PermanentFailure(Problem.unprocessable(
                "unknown-migration", "Neither the bundle nor the history knows the migration " + migration + "."));
    }

    private List<Due> steps(List<Migration> run) throws InterruptedException {
        List<Due> due = new ArrayList<>();
        List<FormatFault> faults = new ArrayList<>();
        Map<String, Entry> entries = byId();
        for (Migration migration : run) {
            boolean again = entries.get(migration.id()).state() == MigrationState.FAILED;
            try {
                due.add(new Due(
                        migration,
                        spec.direction(),
                        Steps.of(migration, spec.direction(), scriptsCloseThemselves, grammar),
                        again));
            } catch (FormatFault fault) {
                faults.add(fault);
            }
        }
        refuseFaults(faults);
        return due;
    }

    /// Over all that a plan depends on: what is asked for, how the target stands, and what would be done.
    private String digest(List<Due> due) {
        StringBuilder all = new StringBuilder("plan 1\n")
                .append(bundle)
                .append('\n')
                .append(spec.direction())
                .append('\n')
                .append(spec.to())
                .append('\n');
        standing.entries().forEach(entry -> all.append(entry.migration())
                .append('\t')
                .append(entry.state())
                .append('\t')
                .append(entry.appliedChecksum())
                .append('\n'));
        due.forEach(each -> each.steps().forEach(step -> all.append(step.kind())
                .append(' ')
                .append(step.sha256())
                .append('\n')));
        return Bundle.digest(all.toString().getBytes(StandardCharsets.UTF_8));
    }
}
