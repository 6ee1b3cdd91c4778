package io.lockkeeper.repository;

import io.lockkeeper.backup.ForeignBackups;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.repository.RepositoryStore.Registered;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;

/// Lists the backups of a target that another tool keeps. Works when the target is away: backups matter most then.
@Singleton
public class RepositoryLookJob implements JobKind<RepositoryLookSpec, RepositoryLookResult> {
    static final String NAME = "backup-repository-look";
    private static final String IDENTIFIER = "SELECT system_identifier::text AS identifier FROM pg_control_system()";
    private static final Limits LIMITS =
            new Limits(TargetUse.READS, 3, Duration.ofSeconds(5), Duration.ofHours(2), WhenLost.RESTART);

    private final Repositories repositories;
    private final RepositoryStore registered;
    private final ForeignBackups backups;

    RepositoryLookJob(Repositories repositories, RepositoryStore registered, ForeignBackups backups) {
        this.repositories = repositories;
        this.registered = registered;
        this.backups = backups;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Lists what a repository of pgBackRest or Barman holds of a target; started by itself every hour";
    }

    @Override
    public Class<RepositoryLookSpec> specType() {
        return RepositoryLookSpec.class;
    }

    @Override
    public Limits limits() {
        return LIMITS;
    }

    @Override
    public RepositoryLookResult run(RepositoryLookSpec spec, JobContext job) throws Exception {
        Registered about = registered
                .find(job.target(), spec.repository())
                .orElseThrow(() -> new PermanentFailure(Problem.conflict(
                        "repository-not-registered",
                        "Nobody has registered repository " + spec.repository() + " for target " + job.target()
                                + ".")));
        try {
            return look(about, job);
        } catch (Refused refused) {
            registered.troubled(about.id(), refused.problem());
            throw refused;
        } catch (PermanentFailure failure) {
            registered.troubled(about.id(), failure.problem());
            throw failure;
        }
    }

    private RepositoryLookResult look(Registered about, JobContext job) throws Exception {
        ConfiguredRepository repository = configured(about, job);
        Asking asking = Repositories.asking(repository, job);
        Listing listing = job.step("list", () -> repository.keeper().list(asking, backups.known(about.id())));
        if (listing.systemIdentifier() != null) {
            job.step("compare", () -> demandTheSameCluster(listing.systemIdentifier(), repository, job));
        }
        var whose = new ForeignBackups.Repository(
                about.id(), job.target(), repository.tool().word(), repository.name());
        int gone = job.step("keep", () -> backups.keep(whose, listing.backups(), listing.labels()));
        registered.seen(about.id(), listing.leftOut());
        return new RepositoryLookResult(listing.labels().size(), gone, listing.leftOut());
    }

    private ConfiguredRepository configured(Registered about, JobContext job) {
        try {
            return repositories.named(about.view().name(), job.target());
        } catch (Refused unknownHere) {
            throw new PermanentFailure(unknownHere.problem());
        }
    }

    /// Backups of another cluster must not pass for this one's, whatever was written into a configuration.
    private static String demandTheSameCluster(String backedUp, ConfiguredRepository repository, JobContext job)
            throws InterruptedException {
        Optional<String> actual = actual(job);
        if (actual.isPresent() && !actual.get().equals(backedUp)) {
            throw new PermanentFailure(Problem.conflict(
                    "another-cluster",
                    "Repository " + repository.name() + " holds backups of the cluster " + backedUp + ", and target "
                            + job.target() + " is the cluster " + actual.get() + "."));
        }
        return actual.isPresent() ? "the same cluster" : "the target could not be asked";
    }

    private static Optional<String> actual(JobContext job) throws InterruptedException {
        try (PgSession session = job.connect()) {
            return Optional.of(session.one(IDENTIFIER).getString("identifier"));
        } catch (ConnectFailure | PgFailure | Refused silent) {
            job.log("whether it is the same cluster could not be seen: " + silent.getMessage());
            return Optional.empty();
        }
    }
}
