package io.lockkeeper.target;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/// `LOCKKEEPER_SEAL_KEY` or `LOCKKEEPER_SEAL_KEY_FILE`: 32 bytes in base64.
@ConfigMapping(prefix = "lockkeeper.seal")
interface SealConfig {
    Optional<String> key();

    Optional<Path> keyFile();

    /// Whether a key is made and kept in `lockkeeper.home` when none is given: for developers only.
    @WithDefault("false")
    boolean generate();
}
