package io.lockkeeper.job.engine;

import static io.lockkeeper.postgres.Await.await;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.engine.Turn.Asked;
import io.lockkeeper.job.engine.Turn.Ended;
import io.lockkeeper.job.engine.Turn.Entry;
import io.lockkeeper.job.engine.Turn.Look;
import io.lockkeeper.job.engine.Turn.Said;
import io.lockkeeper.job.table.AcceptJobs;
import io.lockkeeper.job.table.ClaimJobs;
import io.lockkeeper.job.table.ClaimJobs.Claimant;
import io.lockkeeper.job.table.ClaimJobs.Claimed;
import io.lockkeeper.job.table.FinishJobs;
import io.lockkeeper.job.table.FinishJobs.Outcome;
import io.lockkeeper.job.table.NewJob;
import io.lockkeeper.job.table.TellProgress;
import io.lockkeeper.job.table.TellProgress.Told;
import io.lockkeeper.job.table.WorkerLease;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/// The one writer of an instance. Requests, outcomes and what jobs tell meet in its inbox; it takes whatever is there
/// and writes it with one commit, while the next turn gathers. The same commit claims work for the places that are
/// free, so a job may be accepted, claimed and told of at once, and there is one way to claim whether a job is new or
/// old.
///
/// Statements of a turn are sent in one go; the server sees their end even if this process stops in the middle.
final class Ledger implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Ledger.class);
    /// Longer than the store lets a statement take, shorter than callers like to wait.
    private static final Duration COMMIT_BOUND = Duration.ofSeconds(12);
    private static final Duration PAUSE_WHEN_STORE_IS_AWAY = Duration.ofMillis(250);
    private static final int LARGEST_TURN = 2_000;
    private static final int MOST_REQUESTS_WAITING = 20_000;

    private final StoreConnection connection;
    private final Worker worker;
    private final Consumer<Turn> committed;
    private final EngineMetrics metrics;
    private final BlockingDeque<Entry> inbox = new LinkedBlockingDeque<>();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final AtomicInteger requestsWaiting = new AtomicInteger();
    private final Thread thread = Thread.ofVirtual().name("lockkeeper-ledger").unstarted(this::run);
    private boolean outcomeUnknown;
    private volatile boolean closed;

    /// @param committed told after every commit that somebody may want to know of
    Ledger(Pool pool, Worker worker, Consumer<Turn> committed, EngineMetrics metrics) {
        this.connection = new StoreConnection(pool);
        this.worker = worker;
        this.committed = committed;
        this.metrics = metrics;
    }

    void start() {
        thread.start();
    }

    /// Completes when the job is committed, or exceptionally with [Refused].
    CompletableFuture<AcceptJobs.Answer> accept(NewJob job) {
        var answer = new CompletableFuture<AcceptJobs.Answer>();
        if (closed || requestsWaiting.incrementAndGet() > MOST_REQUESTS_WAITING) {
            requestsWaiting.decrementAndGet();
            answer.completeExceptionally(new Refused(Problem.unavailable("Too many requests wait for the store.", 1)));
            return answer;
        }
        answer.whenComplete((_, _) -> requestsWaiting.decrementAndGet());
        inbox.add(new Asked(job, answer));
        return answer;
    }

    void finish(Outcome outcome) {
        inbox.add(new Ended(outcome));
    }

    void tell(Told told) {
        inbox.add(new Said(told));
    }

    void lookForWork() {
        if (looking.compareAndSet(false, true)) {
            inbox.add(new Look());
        }
    }

    private void run() {
        while (!closed || !inbox.isEmpty()) {
            try {
                Turn turn = nextTurn();
                if (turn != null) {
                    writeOrSayWhyNot(turn);
                }
            } catch (InterruptedException _) {
                LOG.debug("the ledger was told to close");
            } catch (RuntimeException unexpected) {
                LOG.error("a turn of the ledger failed", unexpected);
            }
        }
        connection.close();
    }

    private Turn nextTurn() throws InterruptedException {
        Entry first = inbox.poll(500, TimeUnit.MILLISECONDS);
        if (first == null) {
            return null;
        }
        List<Entry> entries = new ArrayList<>();
        entries.add(first);
        inbox.drainTo(entries, LARGEST_TURN - 1);
        Turn turn = Turn.of(entries);
        if (turn.looks) {
            looking.set(false);
        }
        return turn;
    }

    private void writeOrSayWhyNot(Turn turn) throws InterruptedException {
        try {
            write(turn, true);
        } catch (PgException refused) {
            whenRefused(turn, refused);
        } catch (RuntimeException | TimeoutException away) {
            connection.discard();
            whenStoreIsAway(turn, away);
        }
    }

    private void write(Turn turn, boolean mayClaim) throws InterruptedException, TimeoutException {
        int free = mayClaim ? worker.freePlaces() + turn.ended.size() : 0;
        boolean claims = worker.mayClaim() && free > 0;
        if (turn.writesNothing() && !claims) {
            return;
        }
        long began = System.nanoTime();
        SqlConnection store = connection.get();
        List<Future<?>> sent = new ArrayList<>();
        sent.add(store.query("BEGIN").execute());
        if (!turn.runningJobs().isEmpty()) {
            sent.add(TellProgress.hold(store, List.copyOf(turn.runningJobs())));
        }
        if (outcomeUnknown) {
            sent.add(WorkerLease.handBackUnknown(store, worker.id(), worker.jobsAtHand()));
        }
        Future<List<AcceptJobs.Answer>> answers = turn.asked.isEmpty()
                ? Future.succeededFuture(List.of())
                : AcceptJobs.on(store, turn.asked.stream().map(Asked::job).toList());
        sent.add(answers);
        if (!turn.said.isEmpty()) {
            sent.add(TellProgress.on(store, turn.said.stream().map(Said::told).toList()));
        }
        Future<Set<Long>> ours = turn.ended.isEmpty()
                ? Future.succeededFuture(Set.of())
                : FinishJobs.on(store, turn.ended.stream().map(Ended::outcome).toList());
        sent.add(ours);
        Claimant claimant = worker.claimant();
        Future<List<Claimed>> claimed =
                claims ? ClaimJobs.on(store, claimant, free) : Future.succeededFuture(List.of());
        sent.add(claimed);
        sent.add(store.query("COMMIT").execute());
        awaitAll(sent);

        outcomeUnknown = false;
        worker.begin(claimant, claimed.result());
        worker.ended(turn.ended, ours.result());
        answer(turn.asked, answers.result());
        metrics.committed(System.nanoTime() - began, claimed.result());
        if (!turn.writesNothing() || !claimed.result().isEmpty()) {
            committed.accept(turn);
        }
    }

    /// The first failure is the one that counts: what follows it in an aborted transaction only says so.
    private static void awaitAll(List<Future<?>> sent) throws InterruptedException, TimeoutException {
        await(Future.join(sent).otherwiseEmpty(), COMMIT_BOUND);
        for (Future<?> one : sent) {
            await(one, COMMIT_BOUND);
        }
    }

    private static void answer(List<Asked> asked, List<AcceptJobs.Answer> answers) {
        for (int i = 0; i < asked.size(); i++) {
            asked.get(i).answer().complete(answers.get(i));
        }
    }

    /// The store is there and does not like something. Claims that met another instance's are tried again a little
    /// later; a request that cannot be stored must not take its neighbours with it.
    private void whenRefused(Turn turn, PgException refused) throws InterruptedException {
        if (isOutage(refused)) {
            connection.discard();
            whenStoreIsAway(turn, refused);
            return;
        }
        LOG.debugf("a turn was refused: %s", refused.getMessage());
        List<Entry> left = new ArrayList<>(turn.entries());
        while (!left.isEmpty()) {
            Turn one = Turn.of(List.of(left.removeFirst()));
            try {
                write(one, false);
            } catch (PgException itself) {
                giveUp(one, itself);
            } catch (RuntimeException | TimeoutException away) {
                connection.discard();
                left.addAll(0, one.entries());
                whenStoreIsAway(Turn.of(left), away);
                return;
            }
        }
        lookAgainSoon();
    }

    /// The store is going down, comes up, has no room, or may not write: no smaller turn would help.
    private static boolean isOutage(PgException refused) {
        String state = stateOf(refused);
        return state.startsWith("57P")
                || state.startsWith("53")
                || state.startsWith("08")
                || state.equals("25006")
                || state.equals("25P03");
    }

    private static String stateOf(PgException refused) {
        return refused.getSqlState() == null ? "" : refused.getSqlState();
    }

    private void giveUp(Turn one, PgException refused) {
        if (isPassing(refused)) {
            one.mustNotGetLost().forEach(inbox::add);
        } else if (!one.mustNotGetLost().isEmpty()) {
            LOG.errorf("the store refuses %s: %s", one.mustNotGetLost(), refused.getMessage());
            one.ended.forEach(ended -> worker.outcomeWasRefused(ended.outcome(), refused.getMessage()));
        }
        one.asked.forEach(asked -> asked.answer().completeExceptionally(problemOf(refused)));
    }

    private static boolean isPassing(PgException refused) {
        String state = stateOf(refused);
        return isOutage(refused) || state.startsWith("40") || state.startsWith("57") || state.equals("23505");
    }

    private static Refused problemOf(PgException refused) {
        if ("job_target_id_fkey".equals(refused.getConstraint())) {
            return new Refused(Problem.conflict("target-gone", "The target was deleted a moment ago."));
        }
        if (isPassing(refused)) {
            return new Refused(Problem.unavailable("The store is busy or restarting; nothing was accepted.", 1));
        }
        LOG.errorf("the store refuses a job: %s", refused.getMessage());
        return new Refused(Problem.of(500, "internal", "Internal error", "The job could not be stored."));
    }

    /// Whether the turn was committed is not known. Requests are told so; what runs told and how they ended is
    /// written again, which does nothing the second time; jobs that came under our lease without our knowing are
    /// handed back by the next turn.
    private void whenStoreIsAway(Turn turn, Exception away) throws InterruptedException {
        if (!outcomeUnknown) {
            LOG.warnf("the store does not answer: %s", away.toString());
        }
        outcomeUnknown = true;
        var unavailable = new Refused(Problem.unavailable(
                "The store does not answer. Ask again, with the same Idempotency-Key if you sent one.", 1));
        turn.asked.forEach(asked -> asked.answer().completeExceptionally(unavailable));
        List<Entry> again = turn.mustNotGetLost();
        for (int i = again.size() - 1; i >= 0; i--) {
            inbox.addFirst(again.get(i));
        }
        failRequestsThatWait(unavailable);
        Thread.sleep(PAUSE_WHEN_STORE_IS_AWAY);
        lookForWork();
    }

    private void failRequestsThatWait(Refused unavailable) {
        inbox.removeIf(entry -> entry instanceof Asked asked && asked.answer().completeExceptionally(unavailable));
    }

    private void lookAgainSoon() throws InterruptedException {
        Thread.sleep(2);
        lookForWork();
    }

    /// Writes what is left, then ends. Nothing may come in any more but outcomes of runs that are ending.
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(COMMIT_BOUND);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
