package io.lockkeeper.repository;

import io.lockkeeper.backup.BackupView;
import io.lockkeeper.backup.ForeignBackups;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.Lsn;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Brings a backup that another tool keeps to where it can be started, for features that look whether it can. Blocks.
@Singleton
public class RepositoryFetch {
    private final Repositories repositories;
    private final ForeignBackups backups;

    RepositoryFetch(Repositories repositories, ForeignBackups backups) {
        this.repositories = repositories;
        this.backups = backups;
    }

    /// What came.
    ///
    /// @param data a data directory as it was backed up, with its owner's settings; links in `pg_tblspc` lead
    /// to beside it
    /// @param log segments of its log: at least those up to the first consistent state
    /// @param manifest what the server said of its files when they were copied, where the tool kept that
    public record Fetched(Path data, Path log, Optional<Path> manifest) {}

    /// The repository has the backup, and cannot give it back: a verdict.
    public static final class Damaged extends RuntimeException {
        Damaged(String how) {
            super(how, null, false, false);
        }
    }

    /// Writes below that directory, which must be empty and reachable by others where we are root; nowhere else.
    ///
    /// @throws Damaged for what lies in the repository
    /// @throws PermanentFailure if the backup is there no longer, or this worker does not know the repository
    /// @throws Refused where the tool fails, or would write elsewhere
    public Fetched into(Path directory, BackupView backup, JobContext job) throws IOException, InterruptedException {
        ForeignBackups.Place place = place(backup.id());
        ConfiguredRepository repository = configured(place);
        Asking asking = Repositories.asking(repository, job);
        Keeper keeper = repository.keeper();
        demandThere(asking, keeper, place, backup.id());
        keeper.demandFetchable(asking, place.label());
        var landing = new Landing(directory);
        landing.open();
        try {
            keeper.prepare(landing);
            Asking.Ended ended = asking.toTheEnd(keeper.fetching(place.label(), landing));
            if (!ended.well() || !landing.isFilled()) {
                demandThere(asking, keeper, place, backup.id());
                throw keeper.isDamaged(ended)
                        ? new Damaged(repository.tool().word() + " cannot give it back" + ended.words())
                        : asking.refused(ended);
            }
            fetchLog(new LogFetch(keeper, asking, landing), place, backup);
        } finally {
            landing.close();
        }
        Path manifest = landing.data().resolve("backup_manifest." + place.label());
        return new Fetched(
                landing.data(),
                landing.log(),
                Optional.of(manifest).filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)));
    }

    /// What was removed meanwhile takes its log along.
    private static void fetchLog(LogFetch log, ForeignBackups.Place place, BackupView backup)
            throws IOException, InterruptedException {
        try {
            log.upTo(end(backup.walLsn(), log.asking()));
        } catch (Damaged damaged) {
            demandThere(log.asking(), log.keeper(), place, backup.id());
            throw damaged;
        }
    }

    private static Lsn end(@Nullable String told, Asking asking) {
        if (told == null) {
            throw asking.refused("repository-not-understood", "did not tell where in the log the backup ends");
        }
        return Lsn.parse(told);
    }

    private ForeignBackups.Place place(long backup) throws InterruptedException {
        try {
            return backups.place(backup);
        } catch (Refused gone) {
            throw new PermanentFailure(gone.problem());
        }
    }

    private ConfiguredRepository configured(ForeignBackups.Place place) {
        try {
            return repositories.named(place.repository(), place.target());
        } catch (Refused unknownHere) {
            throw new PermanentFailure(unknownHere.problem());
        }
    }

    private static void demandThere(Asking asking, Keeper keeper, ForeignBackups.Place place, long backup)
            throws IOException, InterruptedException {
        if (!keeper.holds(asking, place.label())) {
            throw new PermanentFailure(Problem.unprocessable(
                    "artifact-missing",
                    "Backup " + backup + " (" + place.label() + ") is not in repository " + place.repository()
                            + " any more: its tool has removed it."));
        }
    }
}
