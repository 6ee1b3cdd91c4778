package io.lockkeeper.depot;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// `lockkeeper.keys.<id>`: pairs of keys in the form of age. The recipient seals, the identity opens; who has
/// the identity needs no recipient beside it.
@ConfigMapping(prefix = "lockkeeper.keys")
interface KeysConfig {
    @WithParentName
    Map<String, OneKey> named();

    interface OneKey {
        Optional<String> recipient();

        Optional<String> identity();

        Optional<Path> identityFile();
    }
}
