package io.lockkeeper.backup;

import io.lockkeeper.job.Jobs;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// For those who want to sleep at night.
@Path("/api/v1/backup-health")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Backups")
public class BackupHealthResource {
    private final HealthStore health;

    BackupHealthResource(HealthStore health) {
        this.health = health;
    }

    @GET
    @Needs(Permission.JOBS_READ)
    @Operation(
            operationId = "getBackupHealth",
            summary = "Backups that are missing, keys that are lost, and how old the newest backup of each target is",
            description =
                    "Of targets without any backup, too. The same stands in the metrics lockkeeper_backups_missing,"
                            + " lockkeeper_backup_keys_lost, lockkeeper_backup_age_seconds and lockkeeper_backup_bytes.")
    public Uni<BackupHealthReport> report() {
        return Jobs.uni(health.report());
    }
}
