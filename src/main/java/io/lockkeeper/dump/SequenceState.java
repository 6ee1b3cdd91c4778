package io.lockkeeper.dump;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a sequence stands.
///
/// @param called whether `lastValue` was handed out
public record SequenceState(String schema, String name, long lastValue, boolean called) {
    private static final Pattern SETVAL =
            Pattern.compile("setval\\(.*, (-?\\d+), (true|false)\\);\\s*$", Pattern.DOTALL);

    TableName sequence() {
        return new TableName(schema, name);
    }

    /// Out of `SELECT pg_catalog.setval('public.orders_id_seq', 42, true);`
    static Optional<SequenceState> of(TableName sequence, String statement) {
        Matcher setval = SETVAL.matcher(statement);
        return setval.find()
                ? Optional.of(new SequenceState(
                        sequence.schema(),
                        sequence.name(),
                        Long.parseLong(setval.group(1)),
                        setval.group(2).equals("true")))
                : Optional.empty();
    }
}
