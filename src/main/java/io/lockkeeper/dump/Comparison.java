package io.lockkeeper.dump;

import io.lockkeeper.dump.Difference.Code;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/// A database held against the fingerprint of the one that it should be.
///
/// @param notes what is different and may be, or could not be compared
public record Comparison(List<Difference> differences, List<String> notes) {
    public Comparison {
        differences = List.copyOf(differences);
        notes = List.copyOf(notes);
    }

    public static Comparison of(Fingerprint expected, Fingerprint found) {
        var told = new Told();
        notes(expected, found, told);
        new SchemaComparison(expected, found, told).tell();
        if (expected.level() == Level.NONE || found.level() == Level.NONE) {
            told.note("The content was not compared: the fingerprint has none.");
        } else {
            new ContentComparison(expected, found, told).tell();
        }
        sequences(expected, found, told);
        new PropertiesComparison(expected, found, told).tell();
        return new Comparison(told.differences, told.notes);
    }

    public boolean equal() {
        return differences.isEmpty();
    }

    /// Gathers what is told.
    static final class Told {
        private final List<Difference> differences = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();

        void difference(Code code, String object, String sentence) {
            differences.add(new Difference(code, object, object + ": " + sentence));
        }

        void note(String sentence) {
            notes.add(sentence);
        }

        /// Each name with what is expected and what is found; either may be null.
        <T> void pairs(Collection<T> expected, Collection<T> found, Function<T, TableName> name, Pair<T> pair) {
            Map<TableName, T> before = new TreeMap<>();
            Map<TableName, T> after = new TreeMap<>();
            expected.forEach(each -> before.put(name.apply(each), each));
            found.forEach(each -> after.put(name.apply(each), each));
            var names = new TreeSet<>(before.keySet());
            names.addAll(after.keySet());
            names.forEach(each -> {
                if (!Objects.equals(before.get(each), after.get(each))) {
                    pair.differ(each, before.get(each), after.get(each));
                }
            });
        }
    }

    interface Pair<T> {
        void differ(TableName name, T expected, T found);
    }

    private static void notes(Fingerprint expected, Fingerprint found, Told told) {
        int before = expected.properties().serverVersion();
        int after = found.properties().serverVersion();
        if (before != after) {
            told.note("The server had version " + version(before) + " then and has " + version(after) + " now.");
        }
        for (LeftOut each : expected.leftOut()) {
            told.note(each.table() + " was not compared: " + why(each.why()) + ".");
        }
        if (!expected.properties().tablespaces().equals(found.properties().tablespaces())) {
            told.note("Tablespaces were " + expected.properties().tablespaces() + " then and are "
                    + found.properties().tablespaces() + " now.");
        }
    }

    private static void sequences(Fingerprint expected, Fingerprint found, Told told) {
        told.pairs(expected.sequences(), found.sequences(), SequenceState::sequence, (name, before, after) -> {
            if (before == null || after == null) {
                told.difference(
                        Code.CONTENT, name.toString(), "sequence " + (before == null ? "not expected" : "missing"));
            } else {
                told.difference(
                        Code.CONTENT,
                        name.toString(),
                        "sequence expected at " + position(before) + ", found at " + position(after));
            }
        });
    }

    private static String position(SequenceState sequence) {
        return sequence.lastValue() + (sequence.called() ? "" : " (not yet handed out)");
    }

    private static String version(int number) {
        return number / 10_000 + "." + number % 10_000;
    }

    private static String why(LeftOut.Why why) {
        return switch (why) {
            case EXCLUDED -> "it was left out of the dump";
            case ROWS_EXCLUDED -> "its rows were left out of the dump";
            case FOREIGN -> "its rows lie on another server";
            case MATERIALIZED -> "it was computed anew";
            case NEVER_FILLED -> "it had never been filled";
            case EXTENSION -> "its extension made it anew";
        };
    }
}
