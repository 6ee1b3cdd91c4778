package io.lockkeeper.target;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/// The stores that references may point into. Which there are, and where, is the operator's business alone:
/// a caller who could name a variable or a path freely could read all of them.
@ConfigMapping(prefix = "lockkeeper.secrets")
interface SecretsConfig {
    Env env();

    File file();

    interface Env {
        @WithDefault("false")
        boolean enabled();

        /// The key `ORDERS` reads the variable `<prefix>ORDERS`, and nothing without the prefix can be read.
        @WithDefault("LOCKKEEPER_SECRET_")
        String prefix();
    }

    interface File {
        @WithDefault("false")
        boolean enabled();

        Optional<Path> root();
    }
}
