package io.lockkeeper.target;

import io.vertx.core.Future;
import java.util.Optional;

/// Whoever knows whether a target could be brought back from its backups says so here; CDI finds them.
public interface ProofOfTargets {
    Future<Optional<LastProof>> of(String target);
}
