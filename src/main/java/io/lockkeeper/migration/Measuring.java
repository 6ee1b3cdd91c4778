package io.lockkeeper.migration;

import io.lockkeeper.migration.JournalEntry.State;
import io.lockkeeper.migration.LockSightings.Held;
import io.lockkeeper.migration.LockSightings.Span;
import io.lockkeeper.migration.Rehearsal.Lock;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.sql.LockMode;
import io.lockkeeper.sql.RelationLock;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Measures a run on a copy. Its journal is in memory only: a copy has the identity of its original, and nothing that
/// happened to the one may ever be taken for what happened to the other. For one thread.
final class Measuring implements Journal, Meter, AutoCloseable {
    private final PgSession session;
    private final PgSession observer;
    private final LockSightings sightings;
    private final Usage usageBefore;
    private final List<Rehearsal.Step> steps = new ArrayList<>();
    private final List<Measured> statements = new ArrayList<>();

    private Due due;
    private Step step;
    private long stepBegan;
    private long asideNanos;
    private Usage stepUsage;
    private @Nullable Look first;
    private @Nullable Look last;

    /// The copy between two statements, as the session sees it.
    private record Look(RelationFiles relations, Set<Held> locks, Usage usage) {}

    /// @param asideBefore what had been spent aside in the step by then
    private record Measured(
            Step.Placed placed,
            Ran ran,
            Usage used,
            RelationFiles.Changes changes,
            Set<Held> taken,
            long began,
            long asideBefore) {}

    /// @param session that the migrations run on
    /// @param observer and watcher: others, of somebody who may see everything
    Measuring(PgSession session, PgSession observer, PgSession watcher) throws InterruptedException {
        this.session = session;
        this.observer = observer;
        this.usageBefore = Usage.at(observer);
        this.sightings = new LockSightings(watcher, session.backendPid());
    }

    /// Of all that was told so far.
    Rehearsal.Way way(Direction direction) throws InterruptedException {
        return Rehearsal.way(direction, Usage.at(observer).since(usageBefore), steps);
    }

    @Override
    public Future<?> begin(Due due, Step step, int backendPid, @Nullable String xid) throws InterruptedException {
        this.due = due;
        this.step = step;
        statements.clear();
        sightings.forget();
        first = null;
        last = null;
        stepUsage = Usage.at(observer);
        asideNanos = 0;
        stepBegan = System.nanoTime();
        return Future.succeededFuture();
    }

    @Override
    public Ran measure(Step.Placed placed, Governor.Attempt<Ran> statement) throws InterruptedException {
        if (last == null) {
            last = aside(this::look);
            first = last;
        }
        long asideBefore = asideNanos;
        long began = System.nanoTime();
        Ran ran = statement.run();
        statements.add(aside(() -> measured(placed, ran, began, asideBefore)));
        return ran;
    }

    private Measured measured(Step.Placed placed, Ran ran, long began, long asideBefore) throws InterruptedException {
        Look before = last;
        last = look();
        Set<Held> taken = new HashSet<>(last.locks());
        taken.removeAll(before.locks());
        return new Measured(
                placed,
                ran,
                last.usage().since(before.usage()),
                last.relations().since(before.relations(), session),
                taken,
                began,
                asideBefore);
    }

    private Look look() throws InterruptedException {
        Usage usage = Usage.at(observer);
        return new Look(RelationFiles.seenBy(session), LockSightings.heldBy(session.backendPid(), observer), usage);
    }

    /// What we do in the middle of a transaction is not the migration's time.
    private <T> T aside(Governor.Attempt<T> ours) throws InterruptedException {
        long began = System.nanoTime();
        try {
            return ours.run();
        } finally {
            asideNanos += System.nanoTime() - began;
        }
    }

    @Override
    public void committed(List<Ran> ran) throws InterruptedException {
        ended(null);
    }

    @Override
    public void ended(State state, List<Ran> ran, @Nullable String error) throws InterruptedException {
        ended(error);
    }

    /// Another try begins anew.
    @Override
    public void undone(String why) {}

    @Override
    public void flush() {}

    private void ended(@Nullable String error) throws InterruptedException {
        long now = System.nanoTime();
        List<Rehearsal.Statement> all = new ArrayList<>();
        List<Lock> locks = new ArrayList<>();
        long rewritten = 0;
        for (Measured each : statements) {
            all.add(statement(each, now));
            locks.addAll(all.getLast().locks());
            rewritten += Rehearsal.bytes(all.getLast().rewritten());
        }
        Usage used = Usage.at(observer).since(stepUsage);
        steps.add(new Rehearsal.Step(
                due.id(),
                due.path(),
                step.position(),
                step.kind() == Step.Kind.TRANSACTION ? Plan.Grouping.TRANSACTION : Plan.Grouping.STATEMENT,
                millis(stepBegan, now - asideNanos),
                used.walBytes(),
                used.diskBytes(),
                rewritten,
                Lock.longest(locks),
                all,
                error));
    }

    private Rehearsal.Statement statement(Measured of, long stepEnded) throws InterruptedException {
        List<Lock> locks = step.kind() == Step.Kind.TRANSACTION ? inside(of, stepEnded) : outside(of);
        Ran ran = of.ran();
        return new Rehearsal.Statement(
                ran.no(),
                ran.line(),
                ran.kind(),
                ran.ms(),
                ran.rows(),
                ran.notices(),
                of.used().walBytes(),
                of.used().diskBytes(),
                of.changes().rewritten(),
                of.changes().made(),
                locks);
    }

    /// What a transaction has got, it holds to its end.
    private List<Lock> inside(Measured of, long stepEnded) {
        return named(of.taken(), lock -> {
            long since = sightings.of(lock).map(Span::notBefore).orElse(of.began());
            return millis(Math.max(since, of.began()), stepEnded - (asideNanos - of.asideBefore()));
        });
    }

    /// A statement outside of transactions has given back everything when it ends: there is what was seen meanwhile,
    /// and for what it did not hold long enough to be seen, what the grammar says of it.
    private List<Lock> outside(Measured of) throws InterruptedException {
        long ended = of.began() + (of.ran().ms() == null ? 0 : of.ran().ms() * 1_000_000);
        Set<Held> taken = new HashSet<>(sightings.all());
        for (RelationLock each : of.placed().nature().facts().locks()) {
            if (!each.mode().isStrongerThan(LockMode.ACCESS_SHARE)) {
                continue;
            }
            for (Row row :
                    session.query("SELECT to_regclass($1)::oid::bigint AS oid", WantedLocks.quoted(each.relation()))) {
                if (row.getLong("oid") != null) {
                    taken.add(new Held(row.getLong("oid"), each.mode()));
                }
            }
        }
        return named(taken, lock -> {
            Span span = sightings.of(lock).orElse(new Span(of.began(), ended));
            long until = span.notAfter() == 0 ? ended : Math.min(span.notAfter(), ended);
            return millis(Math.max(span.notBefore(), of.began()), until);
        });
    }

    /// Those on what was there before the step: nobody else could have waited for the others.
    private List<Lock> named(Set<Held> taken, ToLongFunction<Held> heldMs) {
        List<Lock> locks = new ArrayList<>();
        for (Held lock : taken) {
            RelationFiles.Relation relation = first.relations().byOid().get(lock.relation());
            if (relation != null) {
                locks.add(Lock.of(relation.name(), lock.mode(), heldMs.applyAsLong(lock)));
            }
        }
        return Lock.longest(locks);
    }

    private static long millis(long from, long to) {
        return Math.max(0, (to - from) / 1_000_000);
    }

    @Override
    public void close() {
        sightings.close();
    }
}
