package io.lockkeeper.repository;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `lockkeeper.backup-repositories.<name>`: where other tools keep backups, as a worker sees it.
@ConfigMapping(prefix = "lockkeeper.backup-repositories")
interface RepositoriesConfig {
    @WithParentName
    Map<String, OneRepository> named();

    interface OneRepository {
        /// `pgbackrest` or `barman`.
        String tool();

        /// pgBackRest's stanza, or Barman's server.
        String server();

        /// The tool's configuration file; without it, the one that the tool finds by itself.
        Optional<Path> config();

        /// Without it, the one in PATH.
        Optional<Path> program();

        /// Only these targets may be said to be backed up there; without it, any.
        Optional<List<String>> targets();
    }
}
