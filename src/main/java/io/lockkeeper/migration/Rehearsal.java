package io.lockkeeper.migration;

import io.lockkeeper.dump.Difference;
import io.lockkeeper.http.Problem;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.sql.LockMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What a run would do to its target, as seen on a restored copy of it.
///
/// @param problem of a run that FAILED: what apply would fail with
/// @param backup that was restored
/// @param dataAt the state of the copy's data: a protection counts from here
/// @param server version of the copy's
/// @param role as which the statements ran
/// @param run what apply would do
/// @param wayBack and again; absent when the run failed
/// @param notes what is different where the target lives
@Schema(name = "MigrationRehearsal")
public record Rehearsal(
        Outcome outcome,
        @Nullable Problem problem,
        long backup,
        Instant dataAt,
        String server,
        String role,
        Instant beganAt,
        Instant endedAt,
        Way run,
        @Nullable WayBack wayBack,
        List<String> notes) {

    @Schema(name = "RehearsalOutcome")
    public enum Outcome {
        PASSED,
        FAILED
    }

    /// All migrations in one direction.
    ///
    /// @param walBytes that the server wrote to its log
    /// @param grownBytes by which the database takes more of the disk afterwards
    /// @param rewrittenBytes of tables and indexes that were there, and got new files
    /// @param locks the longest time for which each was held at one go
    @Schema(name = "RehearsedWay")
    public record Way(
            Direction direction,
            long ms,
            long walBytes,
            long grownBytes,
            long rewrittenBytes,
            List<Lock> locks,
            List<Step> steps) {}

    /// What stays as a whole or not at all.
    ///
    /// @param ms from its beginning to the end of its commit
    /// @param error it came to nothing, and why
    @Schema(name = "RehearsedStep")
    public record Step(
            String migration,
            String path,
            int position,
            Plan.Grouping kind,
            long ms,
            long walBytes,
            long grownBytes,
            long rewrittenBytes,
            List<Lock> locks,
            List<Statement> statements,
            @Nullable String error) {}

    /// @param grownBytes by which the database takes more of the disk when it ends; what it made superfluous is only
    /// freed by the commit
    /// @param rewritten what was there, and got new files: each row is read and written
    /// @param made what was not there
    /// @param locks that it took first
    @Schema(name = "RehearsedStatement")
    public record Statement(
            int no,
            int line,
            String kind,
            @Nullable Long ms,
            @Nullable Integer rows,
            @Nullable List<String> notices,
            long walBytes,
            long grownBytes,
            List<Written> rewritten,
            List<Written> made,
            List<Lock> locks) {}

    /// @param kind table (with what is toasted), index or materialized view
    @Schema(name = "RehearsedRelation")
    public record Written(String relation, String kind, long bytes) {}

    /// On what was there before.
    ///
    /// @param heldMs to the end of the transaction; seen every 50 ms, so up to that much too long
    /// @param blocksReads SELECT would have to wait
    /// @param blocksWrites INSERT, UPDATE and DELETE would have to wait
    @Schema(name = "RehearsedLock")
    public record Lock(String relation, LockMode mode, long heldMs, boolean blocksReads, boolean blocksWrites) {
        private static final Comparator<Lock> WORST_FIRST =
                Comparator.comparing(Lock::mode).thenComparing(Lock::heldMs).reversed();

        static Lock of(String relation, LockMode mode, long heldMs) {
            return new Lock(relation, mode, heldMs, mode.blocksReads(), mode.blocksWrites());
        }

        /// Each once, for the longest time.
        static List<Lock> longest(Collection<Lock> all) {
            Map<String, Lock> longest = new LinkedHashMap<>();
            all.forEach(each -> longest.merge(
                    each.mode + " " + each.relation, each, (one, two) -> one.heldMs >= two.heldMs ? one : two));
            return longest.values().stream()
                    .sorted(WORST_FIRST.thenComparing(Lock::relation))
                    .toList();
        }
    }

    /// Back to where it was, and there again.
    ///
    /// @param detail one sentence for people
    /// @param problem of what FAILED
    /// @param differences of the definitions, from before to after the way back; rows are not compared
    @Schema(name = "RehearsedWayBack")
    public record WayBack(
            End end,
            String detail,
            @Nullable Problem problem,
            List<Difference> differences,
            @Nullable Way back,
            @Nullable Way again) {
        @Schema(name = "RehearsedWayBackEnd")
        public enum End {
            /// All definitions are what they were, and the way there can be gone again.
            LEADS_BACK,
            /// It can be gone, and something is not what it was.
            LEAVES_DIFFERENCES,
            FAILED,
            /// A migration has none.
            NONE
        }
    }

    /// What the job's result says of it; the run has the rest.
    @Schema(name = "MigrationRehearsalSummary")
    public record Summary(
            Outcome outcome,
            @Nullable Problem problem,
            long backup,
            Instant dataAt,
            long ms,
            long walBytes,
            long grownBytes,
            long rewrittenBytes,

            @Schema(description = "Those that make others wait, the worst first")
            List<Lock> locks,

            WayBack.@Nullable End wayBack,
            String report) {
        private static final int MOST = 50;
    }

    Summary summary(long job) {
        return new Summary(
                outcome,
                problem,
                backup,
                dataAt,
                run.ms,
                run.walBytes,
                run.grownBytes,
                run.rewrittenBytes,
                run.locks.stream()
                        .filter(Lock::blocksWrites)
                        .limit(Summary.MOST)
                        .toList(),
                wayBack == null ? null : wayBack.end,
                MigrationResource.PATH + "/" + job);
    }

    static Way way(Direction direction, Usage used, List<Step> steps) {
        List<Lock> locks = new ArrayList<>();
        steps.forEach(step -> locks.addAll(step.locks));
        return new Way(
                direction,
                steps.stream().mapToLong(Step::ms).sum(),
                used.walBytes(),
                used.diskBytes(),
                steps.stream().mapToLong(Step::rewrittenBytes).sum(),
                Lock.longest(locks),
                List.copyOf(steps));
    }

    static long bytes(Collection<Written> all) {
        return all.stream().mapToLong(Written::bytes).sum();
    }
}
