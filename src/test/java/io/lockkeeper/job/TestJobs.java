package io.lockkeeper.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.JsonRules;
import io.lockkeeper.http.StrictReaders;
import io.lockkeeper.job.engine.Engine;
import io.lockkeeper.target.TestTargets;
import io.vertx.sqlclient.Pool;

/// The jobs of an instance without Quarkus.
public final class TestJobs {
    private TestJobs() {}

    public static Jobs on(Engine engine, Pool store, Kinds kinds) {
        return new Jobs(engine, store, TestTargets.on(store), new JobReader(kinds, StrictReaders.plain(), json()));
    }

    public static ObjectMapper json() {
        ObjectMapper json = new ObjectMapper();
        new JsonRules().customize(json);
        return json;
    }
}
