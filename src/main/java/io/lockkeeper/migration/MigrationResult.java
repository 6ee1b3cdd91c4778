package io.lockkeeper.migration;

import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.migration.format.Source;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// @param applied false for a plan: nothing was changed
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
        List<Source.Left> left) {}
