package io.lockkeeper.timeout;

import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.target.Targets;
import io.lockkeeper.timeout.TimeoutRecycleResult.Left;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Ends idle sessions that still run with old values, so that their pools open new ones.
@Singleton
public class TimeoutRecycleJob implements JobKind<TimeoutRecycleSpec, TimeoutRecycleResult> {
    static final String NAME = "timeout-recycle";

    private static final Limits LIMITS =
            new Limits(TargetUse.CHANGES, 3, Duration.ofSeconds(2), Duration.ofMinutes(10), WhenLost.RESUME);

    // Looks and ends in one statement: the pid alone may be somebody else's by now, and an idle session may have begun
    // to work.
    private static final String END_IF_STILL_IDLE = """
            SELECT pg_terminate_backend(pid, 2000) AS gone FROM pg_stat_activity
            WHERE pid = $1 AND backend_start = $2 AND state = 'idle'
              AND state_change <= clock_timestamp() - $3 * interval '1 millisecond'""";

    private final Targets targets;
    private final PolicyStore policies;

    TimeoutRecycleJob(Targets targets, PolicyStore policies) {
        this.targets = targets;
        this.policies = policies;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Ends idle sessions that still run with timeouts from before the last change";
    }

    @Override
    public Class<TimeoutRecycleSpec> specType() {
        return TimeoutRecycleSpec.class;
    }

    @Override
    public String protectedAs() {
        return TimeoutPolicyJob.NAME;
    }

    @Override
    public Limits limits() {
        return LIMITS;
    }

    @Override
    public TimeoutRecycleResult run(TimeoutRecycleSpec spec, JobContext job) throws Exception {
        PgSession session = job.connect().within(TimeoutPolicyJob.CALL_BOUND);
        long target = TimeoutPolicyJob.target(targets, job).id();
        OldSessions old = OldSessions.find(session, policies.applied(target));
        List<OldSession> ended = new ArrayList<>();
        List<Left> left = new ArrayList<>();
        for (OldSession one : old.found()) {
            Optional<String> why = end(one, spec.idleFor(), session);
            why.ifPresentOrElse(reason -> left.add(new Left(one, reason)), () -> ended.add(one));
            job.progress(100 * (ended.size() + left.size()) / old.found().size(), "ended " + ended.size());
        }
        return new TimeoutRecycleResult(ended, left, old.hidden());
    }

    /// Why it was not ended, if so.
    private static Optional<String> end(OldSession old, Duration idleFor, PgSession session)
            throws InterruptedException {
        try {
            Optional<Row> asked = session.maybe(
                    END_IF_STILL_IDLE, old.pid(), old.backendStart().atOffset(ZoneOffset.UTC), (double)
                            idleFor.toMillis());
            if (asked.isEmpty()) {
                return Optional.of("is gone, at work, in a transaction, or was not idle for long enough");
            }
            return asked.get().getBoolean("gone") ? Optional.empty() : Optional.of("did not end within 2 s");
        } catch (PgFailure refused) {
            if (!refused.sqlState().equals(PgFailure.INSUFFICIENT_PRIVILEGE)) {
                throw refused;
            }
            return Optional.of(
                    "may not be ended by Lockkeeper's role, which lacks pg_signal_backend, or because it is a superuser's");
        }
    }
}
