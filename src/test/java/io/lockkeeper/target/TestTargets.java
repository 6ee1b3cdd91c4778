package io.lockkeeper.target;

import io.vertx.sqlclient.Pool;

/// The targets of a store, to look them up; nothing can be connected to through these.
public final class TestTargets {
    private TestTargets() {}

    public static Targets on(Pool store) {
        return new Targets(store, null, null, null);
    }
}
