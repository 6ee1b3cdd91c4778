package io.lockkeeper.wal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.Jobs;
import io.lockkeeper.job.Loop;
import io.lockkeeper.job.Occasion;
import io.lockkeeper.postgres.Await;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// Sees to it that each archive has a job, whatever became of the last one. Every instance that works does it; a key
/// makes two of them one.
@Singleton
class WalUpkeep {
    private static final Logger LOG = Logger.getLogger(WalUpkeep.class);
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final Duration AFTER_A_JOB = Duration.ofSeconds(1);
    private static final Duration IN_TROUBLE = Duration.ofMinutes(15);
    private static final Duration BOUND = Duration.ofSeconds(15);

    private final WalArchiveStore archives;
    private final Jobs jobs;
    private final boolean works;
    private final Loop loop = new Loop("wal-archives", PACE, this::startMissingJobs);

    WalUpkeep(
            WalArchiveStore archives,
            Jobs jobs,
            @ConfigProperty(name = "lockkeeper.worker.enabled", defaultValue = "true") boolean works) {
        this.archives = archives;
        this.jobs = jobs;
        this.works = works;
    }

    void start(@Observes StartupEvent up) {
        if (works) {
            loop.start();
        }
    }

    void stop(@Observes ShutdownEvent down) {
        loop.close();
    }

    /// Something was declared, or ended.
    void wake() {
        loop.wake();
    }

    private Duration startMissingJobs() throws InterruptedException, TimeoutException {
        for (WalArchiveStore.Unattended archive : archives.unattended(AFTER_A_JOB, IN_TROUBLE)) {
            try {
                start(archive);
            } catch (Refused refused) {
                LOG.warnf(
                        "the log of target %s is not archived: %s",
                        archive.target(), refused.problem().detail());
            }
        }
        return null;
    }

    private void start(WalArchiveStore.Unattended archive) throws InterruptedException, TimeoutException {
        var request = JsonNodeFactory.instance.objectNode().put("target", archive.target());
        String key = "wal archive/" + archive.id() + " after " + archive.lastJob();
        Occasion occasion = new Occasion(null, archive.by(), archive.via(), null, key);
        var started = jobs.start(WalArchiveJob.NAME, request, occasion).subscribeAsCompletionStage();
        Await.await(Future.fromCompletionStage(started), BOUND);
    }
}
