package io.lockkeeper.job.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.job.Kinds;
import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.target.Targets;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Consumer;

/// The engine begins when the application is up, and ends before it goes.
@Dependent
class EngineLifecycle {
    @Produces
    @Singleton
    Engine engine(
            WorkerConfig config,
            Vertx vertx,
            Pool store,
            Kinds kinds,
            ObjectMapper json,
            Targets targets,
            MeterRegistry registry) {
        return new Engine(config, vertx, store, kinds, json, new TargetHands(targets), registry);
    }

    void start(@Observes StartupEvent up, Engine engine) {
        engine.start();
    }

    void stop(@Observes ShutdownEvent down, Engine engine) throws InterruptedException {
        engine.stop();
    }

    private record TargetHands(Targets targets) implements RunContext.Hands {
        @Override
        public PgSession connect(long targetId, String applicationName) throws InterruptedException {
            return targets.connect(targetId, applicationName);
        }

        @Override
        public ChildProcess start(List<String> command, Consumer<String> output) throws InterruptedException {
            return ChildProcess.start(command, output);
        }
    }
}
