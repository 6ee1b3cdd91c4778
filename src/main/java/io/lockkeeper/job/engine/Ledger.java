package io.lockkeeper.job.engine;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.engine.Commit.Also;
import io.lockkeeper.job.engine.Commit.Written;
import io.lockkeeper.job.engine.Turn.Asked;
import io.lockkeeper.job.engine.Turn.Ended;
import io.lockkeeper.job.engine.Turn.Entry;
import io.lockkeeper.job.engine.Turn.Look;
import io.lockkeeper.job.engine.Turn.Said;
import io.lockkeeper.job.table.AcceptJobs;
import io.lockkeeper.job.table.ClaimJobs.Claimant;
import io.lockkeeper.job.table.FinishJobs.Outcome;
import io.lockkeeper.job.table.NewJob;
import io.lockkeeper.job.table.TellProgress.Told;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
final class Ledger implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Ledger.class);
    private static final Duration PAUSE_WHEN_STORE_IS_AWAY = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration BETWEEN_SWEEPS = Duration.ofSeconds(5);
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(30);
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
    private boolean storeIsAway;
    private int refusals;
    private long sweptAt;
    private volatile long alive = System.nanoTime();
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

    /// Without it nothing of this instance is written, so it must not keep its lease.
    boolean isAlive() {
        return System.nanoTime() - alive < SIGN_OF_LIFE.toNanos();
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
            alive = System.nanoTime();
            try {
                Turn turn = nextTurn();
                if (turn != null) {
                    writeOrSayWhyNot(turn);
                }
            } catch (InterruptedException _) {
                LOG.warn("somebody interrupts the ledger; it goes on");
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
        } catch (Throwable away) { // whatever it is, nothing may get lost, and this thread must not end
            whenStoreIsAway(turn, away);
        }
    }

    private void write(Turn turn, boolean mayClaim) throws InterruptedException, TimeoutException {
        int places = mayClaim && worker.mayClaim() ? worker.freePlaces() + turn.ended.size() : 0;
        boolean sweeps = worker.mayClaim() && System.nanoTime() - sweptAt > BETWEEN_SWEEPS.toNanos();
        if (turn.writesNothing() && places == 0 && !sweeps) {
            return;
        }
        long began = System.nanoTime();
        Claimant claimant = worker.claimant();
        Written written =
                Commit.of(turn, new Also(claimant, places, sweeps ? worker.jobsAtHand() : null), connection.get());

        sweptAt = sweeps ? began : sweptAt;
        storeIsAway = false;
        worker.begin(claimant, written.claimed());
        worker.ended(turn.ended, written.ours());
        answer(turn.asked, written.answers());
        metrics.committed(System.nanoTime() - began, written.claimed());
        if (!turn.writesNothing() || !written.claimed().isEmpty()) {
            committed.accept(turn);
        }
    }

    private static void answer(List<Asked> asked, List<AcceptJobs.Answer> answers) {
        for (int i = 0; i < asked.size(); i++) {
            asked.get(i).answer().complete(answers.get(i));
        }
    }

    /// The store is there and does not like something. Claims that met another instance's are left for a little later;
    /// a request that cannot be stored must not take its neighbours with it.
    private void whenRefused(Turn turn, PgException refused) throws InterruptedException {
        if (Refusals.isOutage(refused)) {
            whenStoreIsAway(turn, refused);
            return;
        }
        LOG.logf(
                refusals == 0 ? Logger.Level.WARN : Logger.Level.DEBUG, "a turn was refused: %s", refused.getMessage());
        List<Entry> left = new ArrayList<>(turn.entries());
        while (!left.isEmpty()) {
            Turn one = Turn.of(List.of(left.getFirst()));
            try {
                write(one, false);
                left.removeFirst();
            } catch (PgException itself) {
                if (Refusals.isPassing(itself) && one.asked.isEmpty()) {
                    putBack(left);
                    break;
                }
                left.removeFirst();
                giveUp(one, itself);
            } catch (Throwable away) {
                whenStoreIsAway(Turn.of(left), away);
                return;
            }
        }
        refusals++;
        lookAgainLater();
    }

    private void giveUp(Turn one, PgException refused) {
        one.asked.forEach(asked -> asked.answer().completeExceptionally(Refusals.problemOf(refused)));
        one.said.forEach(said -> LOG.errorf("the store refuses %s: %s", said.told(), refused.getMessage()));
        one.ended.forEach(ended -> worker.outcomeWasRefused(ended.outcome(), refused.getMessage()));
    }

    private void lookAgainLater() throws InterruptedException {
        Thread.sleep(Math.min(2L << Math.min(refusals, 9), LONGEST_PAUSE.toMillis()));
        lookForWork();
    }

    /// Whether the turn was committed is not known. Requests are told so; what runs told and how they ended
    /// is written again, which does nothing the second time. Jobs that came under our lease without our
    /// knowing are found by the next sweeps: a transaction of unknown outcome may commit even after we gave
    /// it up.
    private void whenStoreIsAway(Turn turn, Throwable away) throws InterruptedException {
        connection.discard();
        LOG.logf(storeIsAway ? Logger.Level.DEBUG : Logger.Level.WARN, "the store does not answer: %s", away);
        storeIsAway = true;
        var unavailable = new Refused(Problem.unavailable(
                "The store does not answer. Ask again, with the same Idempotency-Key if you sent one.", 1));
        turn.asked.forEach(asked -> asked.answer().completeExceptionally(unavailable));
        putBack(turn.mustNotGetLost());
        inbox.removeIf(entry -> entry instanceof Asked asked && asked.answer().completeExceptionally(unavailable));
        Thread.sleep(PAUSE_WHEN_STORE_IS_AWAY);
        lookForWork();
    }

    /// Before whatever came since, in the order in which it was.
    private void putBack(List<Entry> entries) {
        entries.reversed().forEach(inbox::addFirst);
    }

    /// Writes what is left, then ends. Nothing may come in any more but outcomes of runs that are ending.
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(Commit.BOUND);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
