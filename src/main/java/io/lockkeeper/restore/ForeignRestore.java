package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupOrigin;
import io.lockkeeper.backup.BackupView;
import io.lockkeeper.postgres.Recovery;
import io.lockkeeper.postgres.Sandbox;
import io.lockkeeper.postgres.SandboxPlace;
import io.lockkeeper.postgres.Sandboxes;
import io.lockkeeper.repository.RepositoryFetch;
import io.lockkeeper.repository.RepositoryFetch.Fetched;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Makes a server of a cluster that pgBackRest or Barman backed up. The tool brings the files and the log that
/// belongs to them before any server is started: that one runs as somebody who may read neither the tool's
/// configuration nor its repository, and nothing of what was set for the original, such as where its log goes,
/// comes to life.
@Singleton
class ForeignRestore implements Restoring {
    private final Sandboxes sandboxes;
    private final RepositoryFetch repositories;
    private final FilesCheck files;
    private final CopiedClusters clusters;

    ForeignRestore(Sandboxes sandboxes, RepositoryFetch repositories, FilesCheck files, CopiedClusters clusters) {
        this.sandboxes = sandboxes;
        this.repositories = repositories;
        this.files = files;
        this.clusters = clusters;
    }

    @Override
    public Restored restore(Restoration wanted) throws Exception {
        BackupView backup = wanted.backup();
        Sandbox.Wanted room = Sandbox.Wanted.of(wanted.serverMajor()).taking(RoomNeeded.forForeign(backup));
        try (SandboxPlace place = wanted.phases().time("room", false, () -> sandboxes.place(room))) {
            Path directory = place.directory("fetched");
            Fetched fetched = wanted.phases().time("fetch", true, () -> fetch(directory, wanted));
            Findings vouched = wanted.phases().time("verify", false, () -> files.check(fetched, wanted));
            OwnLinks.only(fetched.data(), directory);
            Files.move(fetched.data(), place.data(), StandardCopyOption.REPLACE_EXISTING);
            Recovery toTheEnd = new Recovery(fetched.log(), null);
            return clusters.started(wanted, place, toTheEnd, backup.snapshotAt())
                    .with(vouched);
        }
    }

    private Fetched fetch(Path directory, Restoration wanted) throws IOException, InterruptedException {
        try {
            return repositories.into(directory, wanted.backup(), wanted.job());
        } catch (RepositoryFetch.Damaged damaged) {
            BackupOrigin origin = wanted.backup().origin();
            throw new Unrestorable(Findings.of(Reason.of(
                    Reason.Code.ARTIFACT,
                    null,
                    "Of backup " + origin.label() + " in repository " + origin.repository() + " of " + origin.tool()
                            + ": " + damaged.getMessage() + ".")));
        }
    }
}
