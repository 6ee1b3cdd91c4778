package io.lockkeeper.restore;

import io.lockkeeper.postgres.ServerLog;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a server of ours has refused, by its log: `pg_restore` does not tell the SQLSTATE, and its
/// processes talk at the same time.
///
/// @param states of the messages
record SqlStates(Map<String, String> states) {
    private static final Pattern REFUSAL =
            Pattern.compile("\\S+ \\S+ \\S+ \\[\\d+\\] (\\w{5}) .*?ERROR: {2}(?:\\w{5}: )?(.*)");
    private static final Pattern POSITION = Pattern.compile(" at character \\d+$");
    private static final int MOST = 10_000;

    /// @param position in the log
    static SqlStates since(long position, ServerLog log) throws IOException {
        Map<String, String> states = new LinkedHashMap<>();
        try (Stream<String> lines = log.from(position)) {
            lines.map(REFUSAL::matcher)
                    .filter(Matcher::matches)
                    .limit(MOST)
                    .forEach(refusal -> states.putIfAbsent(
                            POSITION.matcher(refusal.group(2)).replaceFirst("").strip(), refusal.group(1)));
        }
        return new SqlStates(states);
    }

    List<RestoreFault> on(List<RestoreFault> faults) {
        return faults.stream()
                .map(fault -> fault.sqlState() != null
                        ? fault
                        : fault.withState(states.get(fault.message().strip())))
                .toList();
    }

    /// What was refused and nobody told of.
    List<RestoreFault> beside(List<RestoreFault> faults) {
        Set<String> told = faults.stream().map(fault -> fault.message().strip()).collect(Collectors.toSet());
        return states.entrySet().stream()
                .filter(each -> !told.contains(each.getKey()))
                .map(each -> new RestoreFault(null, null, each.getKey(), each.getValue(), ""))
                .toList();
    }
}
