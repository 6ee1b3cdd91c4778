package io.lockkeeper.target;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/// `LOCKKEEPER_SEAL_KEY` or `LOCKKEEPER_SEAL_KEY_FILE`: 32 bytes in base64.
@ConfigMapping(prefix = "lockkeeper.seal")
interface SealConfig {
    Optional<String> key();

    Optional<Path> keyFile();
}
