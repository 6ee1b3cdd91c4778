package io.lockkeeper.migration;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What became of one statement. Before it ran only its place is known.
///
/// @param no among those of its step, from 1
/// @param rows that it touched, if it is of those that the server counts rows for
/// @param notices what the server remarked
/// @param locks what it did to others, if they could feel it
@Schema(name = "RanStatement")
public record Ran(
        int no,
        int line,
        String kind,
        String sha256,
        @Nullable Long ms,
        @Nullable Integer rows,
        @Nullable List<String> notices,
        @Nullable StatementReport locks) {

    /// Behind any other command's tag the client finds a number where there is none.
    private static final Pattern COUNTED =
            Pattern.compile("(INSERT|UPDATE|DELETE|MERGE|SELECT|COPY|CREATE .* AS)\\b.*");

    static Ran planned(int no, Step.Placed placed) {
        return new Ran(no, placed.line(), placed.nature().kind(), placed.sha256(), null, null, null, null);
    }

    Ran ended(long ms, int rows, List<String> notices) {
        Integer counted = COUNTED.matcher(kind).matches() ? rows : null;
        return new Ran(no, line, kind, sha256, ms, counted, List.copyOf(notices), null);
    }

    /// The same, each with its report: these come in the order of the statements, but not for all of them.
    static List<Ran> reported(List<Ran> ran, List<StatementReport> reports) {
        List<Ran> all = new ArrayList<>();
        int next = 0;
        for (Ran each : ran) {
            boolean has = next < reports.size() && reports.get(next).kind().equals(each.kind);
            all.add(has ? each.with(reports.get(next++)) : each);
        }
        return List.copyOf(all);
    }

    private Ran with(StatementReport report) {
        return new Ran(no, line, kind, sha256, ms, rows, notices, report);
    }
}
