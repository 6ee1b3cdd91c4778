package io.lockkeeper.migration;

import io.lockkeeper.migration.format.Direction;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The journal of a run; what an earlier one has done and this one did not do again is in it too.
///
/// @param id that of its job
/// @param bundle its sha256
/// @param digest of the plan
/// @param steps none of a rehearsal, which has its own
/// @param rehearsal what it has found, if the run was one
/// @param endedAt nothing of it is open any more: it came to its end, or a later run took over what it left
public record MigrationRunView(
        long id,
        @Nullable String target,
        String bundle,
        String format,
        Direction direction,
        String digest,
        Instant beganAt,
        @Nullable Instant endedAt,
        List<RunStep> steps,
        @Nullable Rehearsal rehearsal) {

    /// @param position among the steps of its migration
    /// @param state RUNNING: whether it had an effect, the target knows; UNDONE: it had none
    /// @param xid of its transaction; absent: it ran outside of any
    @Schema(name = "MigrationRunStep")
    public record RunStep(
            int no,
            String migration,
            String path,
            int position,
            Plan.Grouping kind,
            String state,
            @Nullable Integer backendPid,
            @Nullable String xid,
            List<Ran> statements,
            @Nullable String error) {

        static RunStep of(JournalEntry entry) {
            return new RunStep(
                    entry.no(),
                    entry.migration(),
                    entry.path(),
                    entry.position(),
                    entry.kind() == Step.Kind.TRANSACTION ? Plan.Grouping.TRANSACTION : Plan.Grouping.STATEMENT,
                    entry.state().name(),
                    entry.backendPid(),
                    entry.xid(),
                    entry.statements(),
                    entry.error());
        }
    }
}
