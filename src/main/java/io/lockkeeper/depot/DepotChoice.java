package io.lockkeeper.depot;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.util.Optional;

/// `lockkeeper.depot`: which depot is meant when none is named.
@ConfigMapping(prefix = "lockkeeper.depot")
interface DepotChoice {
    @WithName("default")
    Optional<String> preferred();

    /// Whether there is one in `lockkeeper.home` when none is configured: for developers only.
    @WithDefault("false")
    boolean local();
}
