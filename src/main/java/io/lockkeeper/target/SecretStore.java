package io.lockkeeper.target;

import io.lockkeeper.postgres.Secret;
import java.util.Optional;

/// A place of the operator's where secrets lie under keys.
sealed interface SecretStore permits EnvSecrets, FileSecrets {
    String name();

    /// What a key must look like, for people; empty if this one does.
    Optional<String> objection(String key);

    /// Read at the moment of use, never kept. The key was not objected to.
    Optional<Secret> read(String key);
}
