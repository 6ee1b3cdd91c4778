package io.lockkeeper.depot;

import java.nio.file.Path;

/// From settings to a depot. What is wrong with them ends the start, with one sentence.
final class ConfiguredDepot {
    private final String property;
    private final String name;
    private final DepotsConfig.OneDepot config;
    private final Keys keys;

    private ConfiguredDepot(String name, DepotsConfig.OneDepot config, Keys keys) {
        this.property = "lockkeeper.depots." + Names.configured("lockkeeper.depots", name);
        this.name = name;
        this.config = config;
        this.keys = keys;
    }

    static Depot of(String name, DepotsConfig.OneDepot config, Keys keys) {
        return new ConfiguredDepot(name, config, keys).depot();
    }

    private Depot depot() {
        if (config.directory().isPresent() == config.s3().isPresent()) {
            throw wrong(": give directory or s3.bucket, and not both.");
        }
        config.key().filter(id -> keys.find(id).isEmpty()).ifPresent(id -> {
            throw wrong(".key names the key " + id + ", and lockkeeper.keys." + id + " is not configured.");
        });
        config.bytesPerSecond().filter(rate -> rate < Throttle.SLOWEST).ifPresent(rate -> {
            throw wrong(".bytes-per-second=" + rate + " must be at least " + Throttle.SLOWEST + ".");
        });
        return new Depot(name, shelf(), keys, config.key().orElse(null), config.bytesPerSecond());
    }

    private Shelf shelf() {
        return directory(config.directory().orElseThrow());
    }

    private Shelf directory(Path directory) {
        if (!directory.isAbsolute()) {
            throw wrong(".directory=" + directory + " must be an absolute path.");
        }
        return new DirectoryShelf(name, directory.normalize());
    }

    private IllegalStateException wrong(String sentence) {
        return new IllegalStateException(property + sentence);
    }
}
