package io.lockkeeper.migration;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.JournalEntry.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What earlier runs have begun on a target and not brought to an end, by the journal.
record Unfinished(Map<String, List<JournalEntry>> migrations) {

    /// @param entries in the order in which they were written
    static Unfinished of(List<JournalEntry> entries) {
        Map<String, List<JournalEntry>> open = new LinkedHashMap<>();
        for (JournalEntry entry : entries) {
            if (entry.closes() && entry.state() == State.DONE) {
                open.remove(entry.migration());
            } else {
                open.computeIfAbsent(entry.migration(), _ -> new ArrayList<>()).add(entry);
            }
        }
        return new Unfinished(open);
    }

    Set<String> ids() {
        return migrations.keySet();
    }

    List<JournalEntry> entries() {
        return migrations.values().stream().flatMap(List::stream).toList();
    }

    /// How many of its steps are done, one after the other.
    ///
    /// @throws PermanentFailure where something else has run than the files say now
    int doneSteps(Due due) {
        Map<Integer, JournalEntry> last = latest(due);
        int done = 0;
        for (JournalEntry entry : last.values()) {
            if (entry.state() == State.UNDONE) {
                break;
            }
            boolean same = entry.position() == done + 1
                    && entry.position() <= due.steps().size()
                    && due.steps().get(done).sha256().equals(entry.sha256());
            if (!same) {
                throw changed(due, entry);
            }
            if (entry.state() == State.RUNNING) {
                break;
            }
            done++;
        }
        return done;
    }

    /// The step outside of any transaction of which nobody knows yet how it ended.
    Optional<JournalEntry> unsettled(Due due) {
        return latest(due).values().stream()
                .filter(entry -> entry.state() == State.RUNNING)
                .findFirst();
    }

    private Map<Integer, JournalEntry> latest(Due due) {
        Map<Integer, JournalEntry> last = new TreeMap<>();
        migrations.getOrDefault(due.id(), List.of()).stream()
                .filter(entry -> entry.direction() == due.direction())
                .forEach(entry -> last.put(entry.position(), entry));
        return last;
    }

    private static PermanentFailure changed(Due due, JournalEntry entry) {
        String what = entry.statements().isEmpty()
                ? "step " + entry.position()
                : "the statement of line " + entry.statements().getFirst().line();
        return new PermanentFailure(Problem.conflict(
                "partly-applied",
                "Of " + due.id() + ", " + what + " has run as run " + entry.run() + " knew it, and " + due.path()
                        + " says something else there now. Leave what has run as it was, and change what comes after"
                        + " it."));
    }
}
