package io.lockkeeper.job.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.job.Kinds;
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
        return new Engine(config, vertx, store, kinds, json, targets::connect, registry);
    }

    void start(@Observes StartupEvent up, Engine engine) {
        engine.start();
    }

    void stop(@Observes ShutdownEvent down, Engine engine) throws InterruptedException {
        engine.stop();
    }
}
