package io.lockkeeper.restore;

import java.util.List;
import java.util.stream.Stream;

/// What a part of a restore test has found.
///
/// @param reasons what speaks against the backup
/// @param notes what is different and may be, or could not be looked at
record Findings(List<Reason> reasons, List<String> notes) {
    static final Findings NONE = new Findings(List.of(), List.of());

    Findings {
        reasons = List.copyOf(reasons);
        notes = List.copyOf(notes);
    }

    static Findings of(Reason reason) {
        return new Findings(List.of(reason), List.of());
    }

    static Findings note(String sentence) {
        return new Findings(List.of(), List.of(sentence));
    }

    Findings plus(Findings more) {
        return new Findings(
                Stream.concat(reasons.stream(), more.reasons.stream()).toList(),
                Stream.concat(notes.stream(), more.notes.stream()).toList());
    }
}
