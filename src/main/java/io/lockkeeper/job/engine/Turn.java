package io.lockkeeper.job.engine;

import io.lockkeeper.job.JobState;
import io.lockkeeper.job.table.AcceptJobs;
import io.lockkeeper.job.table.FinishJobs.Outcome;
import io.lockkeeper.job.table.NewJob;
import io.lockkeeper.job.table.TellProgress.Told;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;

/// What the ledger writes with one commit: whatever had gathered while the commit before was under way.
final class Turn {
    sealed interface Entry permits Asked, Ended, Said, Look {}

    /// A job that somebody wants.
    record Asked(NewJob job, CompletableFuture<AcceptJobs.Answer> answer) implements Entry {}

    /// What became of a run.
    record Ended(Outcome outcome) implements Entry {}

    /// What a run tells on its way.
    record Said(Told told) implements Entry {}

    /// There may be work in the queue.
    record Look() implements Entry {}

    final List<Asked> asked = new ArrayList<>();
    final List<Ended> ended = new ArrayList<>();
    final List<Said> said = new ArrayList<>();
    boolean looks;

    static Turn of(List<Entry> entries) {
        Turn turn = new Turn();
        for (Entry entry : entries) {
            switch (entry) {
                case Asked one -> turn.asked.add(one);
                case Ended one -> turn.ended.add(one);
                case Said one -> turn.said.add(one);
                case Look _ -> turn.looks = true;
            }
        }
        return turn;
    }

    /// What must be written even if the store is away for a while. Requests are not among it: their callers get an
    /// answer and ask again.
    List<Entry> mustNotGetLost() {
        List<Entry> entries = new ArrayList<>(said);
        entries.addAll(ended);
        return entries;
    }

    /// What it writes. What a run told comes before how it ended.
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>(asked);
        entries.addAll(mustNotGetLost());
        return entries;
    }

    boolean schedulesSomething() {
        return asked.stream().anyMatch(one -> one.job().notBefore() != null)
                || ended.stream().anyMatch(one -> one.outcome().state() == JobState.SCHEDULED);
    }

    boolean writesNothing() {
        return asked.isEmpty() && ended.isEmpty() && said.isEmpty();
    }

    /// Where outcomes are all that is written, their own statement takes the rows before it takes anything else.
    boolean needsItsRowsFirst() {
        return !said.isEmpty() || !asked.isEmpty() && !ended.isEmpty();
    }

    SequencedSet<Long> runningJobs() {
        SequencedSet<Long> jobs = new LinkedHashSet<>();
        said.forEach(one -> jobs.add(one.told().job()));
        ended.forEach(one -> jobs.add(one.outcome().id()));
        return jobs;
    }
}
