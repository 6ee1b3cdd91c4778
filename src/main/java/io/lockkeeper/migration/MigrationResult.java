package io.lockkeeper.migration;

import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.migration.format.Source;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// @param applied false for a plan and a rehearsal: nothing was changed
/// @param bundle its sha256
/// @param history the table of the tool whose format it is
/// @param digest of the plan: give it to apply, and nothing else is applied
/// @param migrations how each stands; after apply, as it stood before
/// @param planned what was (or would be) run, step by step
/// @param left files that are no migrations
public record MigrationResult(
        boolean applied,
        String bundle,
        String format,
        String history,
        Direction direction,
        String digest,
        List<Standing.Entry> migrations,
        List<Plan.Planned> planned,
        List<Plan.Finding> findings,

        @Schema(description = "Files that are no migrations")
        List<Source.Left> left,

        @Schema(description = "What a rehearsal has found; the run has all of it")
        Rehearsal.@Nullable Summary rehearsal) {
    MigrationResult rehearsed(Rehearsal.Summary summary) {
        return new MigrationResult(
                applied, bundle, format, history, direction, digest, migrations, planned, findings, left, summary);
    }
}
