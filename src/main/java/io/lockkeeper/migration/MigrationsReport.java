package io.lockkeeper.migration;

import io.lockkeeper.migration.format.Source;
import java.time.Instant;
import java.util.List;

/// How a target stands, beside the files of a bundle.
///
/// @param bundle its sha256
/// @param history the table of the tool whose format it is
/// @param findings what has to be decided about before an apply
/// @param digest of the plan that leads up to the last migration
/// @param unfinished what our own runs have begun and not brought to its end
/// @param left files that are no migrations
public record MigrationsReport(
        String target,
        String bundle,
        String format,
        String history,
        List<Standing.Entry> migrations,
        List<Plan.Finding> findings,
        String digest,
        List<String> unfinished,
        List<Source.Left> left,
        Instant at) {}
