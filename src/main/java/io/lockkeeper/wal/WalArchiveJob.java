package io.lockkeeper.wal;

import io.lockkeeper.depot.DepotFailure;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.target.TargetProblems;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Receives the log of a target whose archive was declared, until that is ended. A server that restarts, or a network
/// that breaks, interrupts it and does not end it.
@Singleton
public class WalArchiveJob implements JobKind<WalReceiveSpec, WalArchiveResult> {
    static final String NAME = "wal-archive";
    static final Duration LONGEST = Duration.ofDays(7);
    private static final Limits LIMITS =
            new Limits(TargetUse.READS, 3, Duration.ofSeconds(2), LONGEST, WhenLost.RESTART);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final Stores stores;
    private final Depots depots;
    private final List<Path> toolDirectories;

    /// Where everything about archives is written down.
    record Stores(WalArchiveStore archives, WalSegmentStore segments) {}

    WalArchiveJob(
            WalArchiveStore archives,
            WalSegmentStore segments,
            Depots depots,
            @ConfigProperty(name = "lockkeeper.client-tools.directories") Optional<List<Path>> toolDirectories) {
        this.stores = new Stores(archives, segments);
        this.depots = depots;
        this.toolDirectories = toolDirectories.orElse(List.of());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Archives the write-ahead log of a target as it is written; started by itself where one is declared";
    }

    @Override
    public Class<WalReceiveSpec> specType() {
        return WalReceiveSpec.class;
    }

    @Override
    public Limits limits() {
        return LIMITS;
    }

    @Override
    public String exclusivityKey(WalReceiveSpec spec) {
        return NAME;
    }

    @Override
    public WalArchiveResult run(WalReceiveSpec spec, JobContext job) throws Exception {
        Archiving.Tally tally = new Archiving.Tally();
        PgSession first = job.connect(); // who cannot be reached at all is told so at once
        Stretch stretch = new Stretch(System.nanoTime(), FIRST_PAUSE);
        for (PgSession session = first; ; session = null) {
            long began = System.nanoTime();
            try {
                archive(job, session == null ? job.connect() : session, tally);
                return tally.result();
            } catch (Refused | PgFailure | ConnectFailure interruption) {
                stretch = stretch.after(began);
                tell(job, interruption, stretch);
            } catch (PermanentFailure failure) {
                tell(job, failure.problem());
                throw failure;
            }
            Thread.sleep(stretch.pause());
        }
    }

    /// How long nothing has come through, and how long to wait before the next try.
    private record Stretch(long since, Duration pause) {
        Stretch after(long began) {
            boolean worked = System.nanoTime() - began > LONGEST_PAUSE.toNanos();
            Duration longer = pause.multipliedBy(2);
            return worked
                    ? new Stretch(System.nanoTime(), FIRST_PAUSE)
                    : new Stretch(since, longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer);
        }

        boolean isTooLong() {
            return System.nanoTime() - since > PATIENCE.toNanos();
        }
    }

    private void archive(JobContext job, PgSession session, Archiving.Tally tally)
            throws IOException, InterruptedException {
        try (session) {
            WalArchive archive = stores.archives()
                    .ofTarget(job.target())
                    .orElseThrow(() -> notDeclared(job.target()))
                    .archive();
            ClientTools tools = tools(session);
            new Archiving(job, archive, stores, depots.named(archive.depot()), tools, session, tally).run();
        } catch (DepotFailure failure) {
            throw failure.mayPass() ? new Refused(failure.problem()) : new PermanentFailure(failure.problem(), failure);
        } catch (PgFailure failure) {
            throw PgFailure.INSUFFICIENT_PRIVILEGE.equals(failure.sqlState()) ? denied(job.target(), failure) : failure;
        }
    }

    private static PermanentFailure denied(String target, PgFailure failure) {
        return new PermanentFailure(Problem.unprocessable(
                "privilege-missing",
                "The role of target " + target + " may not archive the log: it needs REPLICATION, and EXECUTE on"
                        + " pg_control_system() and pg_control_checkpoint(). The server said: "
                        + failure.getMessage()));
    }

    private ClientTools tools(PgSession session) throws InterruptedException {
        try {
            return ClientTools.forServer(session.serverMajor(), List.of(Receiving.PROGRAM), toolDirectories);
        } catch (ClientTools.Missing missing) {
            throw new PermanentFailure(Problem.unprocessable("client-tools-missing", missing.getMessage()));
        }
    }

    private void tell(JobContext job, RuntimeException interruption, Stretch stretch) throws InterruptedException {
        Problem problem = problem(job.target(), interruption);
        job.log("interrupted: " + problem.detail());
        tell(job, problem);
        boolean forGood = interruption instanceof ConnectFailure failure && !failure.isTransient();
        if (stretch.isTooLong() || forGood) {
            throw interruption;
        }
    }

    private void tell(JobContext job, Problem problem) throws InterruptedException {
        Optional<WalArchiveStore.Declared> declared = stores.archives().ofTarget(job.target());
        if (declared.isPresent()) {
            stores.archives().troubled(declared.get().archive().id(), problem);
        }
    }

    private static Problem problem(String target, RuntimeException interruption) {
        return switch (interruption) {
            case Refused refused -> refused.problem();
            case ConnectFailure failure -> TargetProblems.of(target, failure);
            default ->
                Problem.of(502, "target-connection-lost", "Connection to the target lost", interruption.getMessage());
        };
    }

    static PermanentFailure notDeclared(String target) {
        return new PermanentFailure(Problem.conflict(
                "wal-archive-not-declared",
                "Nobody has declared that the log of target " + target + " be archived: PUT /api/v1/targets/" + target
                        + "/wal-archive does that, and the job starts by itself."));
    }
}
