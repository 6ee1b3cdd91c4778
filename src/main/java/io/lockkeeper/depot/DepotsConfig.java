package io.lockkeeper.depot;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// `lockkeeper.depots.<name>`: where artifacts lie. A depot is a directory or a place on S3.
@ConfigMapping(prefix = "lockkeeper.depots")
interface DepotsConfig {
    @WithParentName
    Map<String, OneDepot> named();

    interface OneDepot {
        /// Absolute, and there: one that is made silently may lie on the wrong disk.
        Optional<Path> directory();

        Optional<S3> s3();

        /// The id of the key that seals what is brought here, unless a backup names another one.
        Optional<String> key();

        /// How fast may be written here, by all who write at the same time together.
        Optional<Long> bytesPerSecond();
    }

    interface S3 {
        Optional<String> endpoint();

        Optional<String> bucket();

        Optional<String> prefix();

        Optional<String> region();

        /// Whether the bucket stands in the path; else it is part of the host's name. Without it: where there
        /// is an endpoint.
        Optional<Boolean> pathStyle();

        Optional<String> accessKeyId();

        Optional<String> secretAccessKey();

        Optional<Path> secretAccessKeyFile();

        /// The longest silence of the server.
        Optional<Duration> timeout();
    }
}
