package io.lockkeeper.target;

import io.lockkeeper.postgres.PgSession;
import java.util.List;

/// What a kind of job needs on a target. Found through CDI: a feature says for itself what it needs, and
/// the probe asks.
public interface Ability {
    /// The kind whose need this is.
    String kind();

    /// What the session's role lacks, each in words such as `cannot create in schema public`; empty: nothing. Asks the
    /// catalogue only, changes nothing, and is quick.
    List<String> lacks(RoleFacts role, PgSession session) throws InterruptedException;
}
