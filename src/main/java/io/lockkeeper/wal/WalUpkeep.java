package io.lockkeeper.wal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.Jobs;
import io.lockkeeper.job.Loop;
import io.lockkeeper.job.Loops;
import io.lockkeeper.job.Occasion;
import io.lockkeeper.postgres.Await;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/// Sees to it that each archive has a job, whatever became of the last one. Every instance that works does it; a key
/// makes two of them one.
@Startup
@Singleton
class WalUpkeep {
    private static final Logger LOG = Logger.getLogger(WalUpkeep.class);
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final Duration AFTER_A_JOB = Duration.ofSeconds(1);
    private static final Duration IN_TROUBLE = Duration.ofMinutes(15);
    private static final Duration BOUND = Duration.ofSeconds(15);

    private final WalArchiveStore archives;
    private final Jobs jobs;
    private final Loop loop;

    WalUpkeep(WalArchiveStore archives, Jobs jobs, Loops loops) {
        this.archives = archives;
        this.jobs = jobs;
        this.loop = loops.onWorkers("wal-archives", PACE, this::startMissingJobs);
    }

    /// Something was declared, or ended.
    void wake() {
        loop.wake();
    }

    private void startMissingJobs() throws InterruptedException, TimeoutException {
        for (WalArchiveStore.Unattended archive : archives.unattended(AFTER_A_JOB, IN_TROUBLE)) {
            try {
                start(archive);
            } catch (Refused refused) {
                LOG.warnf(
                        "the log of target %s is not archived: %s",
                        archive.target(), refused.problem().detail());
            }
        }
    }

    private void start(WalArchiveStore.Unattended archive) throws InterruptedException, TimeoutException {
        var request = JsonNodeFactory.instance.objectNode().put("target", archive.target());
        String key = "wal archive/" + archive.id() + " after " + archive.lastJob();
        Occasion occasion = new Occasion(null, archive.by(), archive.via(), null, key);
        var started = jobs.start(WalArchiveJob.NAME, request, occasion).subscribeAsCompletionStage();
        Await.await(Future.fromCompletionStage(started), BOUND);
    }
}
