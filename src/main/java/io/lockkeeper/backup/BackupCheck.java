package io.lockkeeper.backup;

import io.lockkeeper.depot.ArtifactReader;
import io.lockkeeper.depot.DepotFailure;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.depot.Keys;
import io.lockkeeper.depot.Manifest;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import jakarta.inject.Singleton;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Looks whether a backup lies in its depot as it was brought there, and whether its key would open it. What could not
/// be looked at is not called missing.
@Singleton
class BackupCheck {
    private static final Logger LOG = Logger.getLogger(BackupCheck.class);

    private final Depots depots;
    private final Keys keys;
    private final CheckStore store;

    BackupCheck(Depots depots, Keys keys, CheckStore store) {
        this.depots = depots;
        this.keys = keys;
        this.store = store;
    }

    /// By its manifest and the sizes of its files.
    Finding shallow(Lying backup) throws InterruptedException {
        return told(look(backup, null));
    }

    /// By reading all of it.
    ///
    /// @param read is told how many bytes were read; what it throws ends the check
    Finding deep(Lying backup, LongConsumer read) throws InterruptedException {
        return told(look(backup, read));
    }

    private Finding look(Lying backup, @Nullable LongConsumer read) {
        boolean deep = read != null;
        try {
            ArtifactReader reader = depots.named(backup.depot()).read(backup.folder(), backup.sha256());
            String keyLost = keyLost(reader.manifest());
            try {
                reader.check();
            } catch (DepotFailure.Missing | DepotFailure.Damaged gone) {
                return new Finding(backup, deep, gone.problem().detail(), false, keyLost, null);
            }
            return new Finding(backup, deep, deep ? damage(reader, read) : null, deep, keyLost, null);
        } catch (DepotFailure.Missing | DepotFailure.Damaged noManifest) {
            String lost = backup.key() == null ? null : keyLost(backup.key(), null);
            return new Finding(backup, deep, noManifest.problem().detail(), false, lost, null);
        } catch (DepotFailure away) {
            return Finding.unseen(backup, deep, away.problem().detail());
        } catch (Refused notConfigured) {
            return Finding.unseen(backup, deep, notConfigured.problem().detail());
        }
    }

    private static @Nullable String damage(ArtifactReader reader, LongConsumer read) {
        try {
            reader.verify(read);
            return null;
        } catch (DepotFailure.Missing | DepotFailure.Damaged damaged) {
            return damaged.problem().detail();
        }
    }

    private @Nullable String keyLost(Manifest manifest) {
        return manifest.key() == null ? null : keyLost(manifest.key(), manifest.recipient());
    }

    private @Nullable String keyLost(String key, @Nullable String recipient) {
        return keys.check(key, recipient).map(Problem::detail).orElse(null);
    }

    private Finding told(Finding finding) throws InterruptedException {
        Lying backup = finding.backup();
        Finding now = finding.unseen() == null ? store.told(finding) : finding;
        if (now.unseen() != null) {
            LOG.warnf("backup %d of %s could not be looked at: %s", backup.id(), backup.target(), now.unseen());
        }
        if (now.missing() != null) {
            LOG.errorf("backup %d of %s is not what it was: %s", backup.id(), backup.target(), now.missing());
        }
        if (now.keyLost() != null) {
            LOG.errorf("backup %d of %s cannot be opened any more: %s", backup.id(), backup.target(), now.keyLost());
        }
        return now;
    }
}
