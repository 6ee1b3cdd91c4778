package io.lockkeeper.repository;

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

/// Sees to it that each registered repository is looked at every hour. Every instance that works does it; a key makes
/// two of them one.
@Startup
@Singleton
class RepositoryUpkeep {
    private static final Logger LOG = Logger.getLogger(RepositoryUpkeep.class);
    private static final Duration PACE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_LOOKS = Duration.ofHours(1);
    private static final Duration BOUND = Duration.ofSeconds(15);

    private final RepositoryStore repositories;
    private final Jobs jobs;
    private final Loop loop;

    RepositoryUpkeep(RepositoryStore repositories, Jobs jobs, Loops loops) {
        this.repositories = repositories;
        this.jobs = jobs;
        this.loop = loops.onWorkers("backup-repositories", PACE, this::startLooks);
    }

    /// One was registered.
    void wake() {
        loop.wake();
    }

    private void startLooks() throws InterruptedException, TimeoutException {
        repositories.removeOrphans();
        for (RepositoryStore.Due look : repositories.due()) {
            try {
                start(look);
            } catch (Refused refused) {
                LOG.warnf(
                        "repository %s of target %s is not looked at: %s",
                        look.name(), look.target(), refused.problem().detail());
            }
            repositories.started(look, BETWEEN_LOOKS);
        }
    }

    private void start(RepositoryStore.Due look) throws InterruptedException, TimeoutException {
        var request = JsonNodeFactory.instance
                .objectNode()
                .put("target", look.target())
                .put("repository", look.name());
        String key = "backup repository/" + look.id() + " at " + look.at().toInstant();
        Occasion occasion = new Occasion(null, look.by(), look.via(), null, key);
        var started = jobs.start(RepositoryLookJob.NAME, request, occasion).subscribeAsCompletionStage();
        Await.await(Future.fromCompletionStage(started), BOUND);
    }
}
