package io.lockkeeper.job.engine;

import static io.lockkeeper.postgres.Await.await;

import io.lockkeeper.job.engine.Turn.Asked;
import io.lockkeeper.job.engine.Turn.Ended;
import io.lockkeeper.job.engine.Turn.Said;
import io.lockkeeper.job.table.AcceptJobs;
import io.lockkeeper.job.table.ClaimJobs;
import io.lockkeeper.job.table.ClaimJobs.Claimant;
import io.lockkeeper.job.table.ClaimJobs.Claimed;
import io.lockkeeper.job.table.FinishJobs;
import io.lockkeeper.job.table.TellProgress;
import io.lockkeeper.job.table.WorkerLease;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/// One turn as one transaction. All of its statements are sent at once, so the server sees their end even if this
/// process stops in the middle.
///
/// Their order keeps instances from waiting for each other in a circle: first the rows of jobs, then what may wait for
/// another's insert (targets, idempotency keys), then the turn to write events, which the first event takes; claims
/// wait for nothing.
final class Commit {
    /// Longer than the store lets a statement take, shorter than callers like to wait.
    static final Duration BOUND = Duration.ofSeconds(12);

    private final SqlConnection store;
    private final List<Future<?>> sent = new ArrayList<>();

    private Commit(SqlConnection store) {
        this.store = store;
    }

    /// What beside the turn's own entries.
    ///
    /// @param places how many jobs to claim at most
    /// @param known the jobs that we know to be ours, if others under our lease are to be handed back; else null
    record Also(Claimant claimant, int places, List<Long> known) {}

    record Written(List<AcceptJobs.Answer> answers, Set<Long> ours, List<Claimed> claimed) {}

    static Written of(Turn turn, Also also, SqlConnection store) throws InterruptedException, TimeoutException {
        return new Commit(store).write(turn, also);
    }

    private Written write(Turn turn, Also also) throws InterruptedException, TimeoutException {
        send(store.query("BEGIN").execute());
        if (turn.needsItsRowsFirst()) {
            send(TellProgress.hold(store, List.copyOf(turn.runningJobs())));
        }
        Future<List<AcceptJobs.Answer>> answers = turn.asked.isEmpty()
                ? Future.succeededFuture(List.of())
                : send(AcceptJobs.on(store, turn.asked.stream().map(Asked::job).toList()));
        if (!turn.said.isEmpty()) {
            send(TellProgress.on(store, turn.said.stream().map(Said::told).toList()));
        }
        Future<Set<Long>> ours = turn.ended.isEmpty()
                ? Future.succeededFuture(Set.of())
                : send(FinishJobs.on(
                        store, turn.ended.stream().map(Ended::outcome).toList()));
        if (also.known() != null) {
            send(WorkerLease.handBackUnknown(store, also.claimant().workerId(), also.known()));
        }
        Future<List<Claimed>> claimed = also.places() == 0
                ? Future.succeededFuture(List.of())
                : send(ClaimJobs.on(store, also.claimant(), also.places()));
        send(store.query("COMMIT").execute());
        awaitAll();
        return new Written(answers.result(), ours.result(), claimed.result());
    }

    private <T> Future<T> send(Future<T> statement) {
        sent.add(statement);
        return statement;
    }

    /// The first failure is the one that counts: what follows it in an aborted transaction only says so.
    private void awaitAll() throws InterruptedException, TimeoutException {
        await(Future.join(sent).otherwiseEmpty(), BOUND);
        for (Future<?> one : sent) {
            await(one, BOUND);
        }
    }
}
