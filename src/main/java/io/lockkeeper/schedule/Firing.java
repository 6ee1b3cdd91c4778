package io.lockkeeper.schedule;

import io.lockkeeper.postgres.Await;
import io.lockkeeper.schedule.RunStore.Decided;
import io.lockkeeper.schedule.RunStore.DueRow;
import io.lockkeeper.schedule.RunStore.Outlook;
import io.lockkeeper.schedule.RunView.Outcome;
import io.lockkeeper.schedule.Timetable.Turn;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/// Looks what is due and has it done. Every instance does it; what is decided and what is started, the store and the
/// keys of the runs make sure of. Ends with the failure when the store is away, and goes on the next time.
final class Firing {
    static final Duration PACE = Duration.ofSeconds(2);

    private static final Logger LOG = Logger.getLogger(Firing.class);
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Duration ABANDONED = Duration.ofSeconds(10);
    private static final Duration UNREADABLE = Duration.ofMinutes(5);
    private static final int MOST = 200;

    private final RunStore runs;
    private final Launch launch;
    private final ScheduleMetrics metrics;
    private final InstantSource clock;

    Firing(RunStore runs, Launch launch, ScheduleMetrics metrics, InstantSource clock) {
        this.runs = runs;
        this.launch = launch;
        this.metrics = metrics;
        this.clock = clock;
    }

    /// @return how long there is nothing to do, as far as can be seen
    Duration once() throws InterruptedException, TimeoutException {
        Instant now = clock.instant();
        for (Ended ended : await(runs.ended(MOST))) {
            attempt(launch.then(ended));
        }
        for (Begun begun : await(runs.leftBehind(now.minus(ABANDONED), MOST))) {
            attempt(launch.first(begun));
        }
        List<DueRow> due = await(runs.due(now, MOST));
        for (DueRow row : due) {
            fire(row, now);
        }
        Outlook ahead = await(runs.outlook(now));
        metrics.late(ahead.late());
        return due.size() == MOST ? Duration.ZERO : pause(ahead.next());
    }

    private Duration pause(Instant next) {
        Duration until = next == null ? PACE : Duration.between(clock.instant(), next);
        return until.isNegative() ? Duration.ZERO : until.compareTo(PACE) < 0 ? until : PACE;
    }

    private void fire(DueRow row, Instant now) throws InterruptedException, TimeoutException {
        Optional<Decided> decided = decide(row, now);
        if (decided.isEmpty()) {
            return;
        }
        if (decided.get().outcome() != Outcome.STARTING) {
            metrics.count(decided.get().outcome());
            return;
        }
        Optional<Begun> begun = await(runs.begun(decided.get().run()));
        if (begun.isPresent()) {
            attempt(launch.first(begun.get()));
        }
    }

    /// Another version may have written what this one cannot read, or know a zone that this one does not.
    Optional<Decided> decide(DueRow row, Instant now) throws InterruptedException, TimeoutException {
        try {
            Schedule schedule = runs.schedule(row);
            Turn turn = schedule.spec().timetable().turn(schedule.next(), now);
            boolean skip = turn.due().isMissed(now) && schedule.spec().onMissed() == OnMissed.SKIP;
            return await(runs.moveOn(schedule, turn, skip, now));
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            LOG.errorf("schedule with the id %d cannot be read by this version: %s", row.id(), unreadable.getMessage());
            await(runs.postpone(row.id(), now.plus(UNREADABLE)));
            return Optional.empty();
        }
    }

    /// What is refused for good has been written down; it must not keep others from their turn.
    private static void attempt(Uni<?> what) throws InterruptedException, TimeoutException {
        try {
            await(UniHelper.toFuture(what));
        } catch (RuntimeException failure) {
            if (!Launch.isFinal(failure)) {
                throw failure;
            }
        }
    }

    int prune(Duration keep) throws InterruptedException, TimeoutException {
        return await(runs.prune(clock.instant().minus(keep)));
    }

    private static <T> T await(Future<T> answer) throws InterruptedException, TimeoutException {
        return Await.await(answer, BOUND);
    }
}
