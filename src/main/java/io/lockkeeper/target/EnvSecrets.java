package io.lockkeeper.target;

import io.lockkeeper.postgres.Secret;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Environment variables with the operator's prefix.
record EnvSecrets(String prefix, Map<String, String> environment) implements SecretStore {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_]{1,128}");

    EnvSecrets {
        if (prefix.isBlank()
                || Stream.of(
                                "LOCKKEEPER_SEAL_KEY",
                                "LOCKKEEPER_STORE_URL",
                                "LOCKKEEPER_ADMIN_TOKEN",
                                "QUARKUS_DATASOURCE")
                        .anyMatch(own -> own.startsWith(prefix) || prefix.startsWith(own))) {
            throw new IllegalStateException("lockkeeper.secrets.env.prefix=" + prefix
                    + " would let targets read Lockkeeper's own secrets; choose another prefix.");
        }
    }

    @Override
    public String name() {
        return "env";
    }

    @Override
    public Optional<String> objection(String key) {
        return KEY.matcher(key).matches() ? Optional.empty() : Optional.of("1 to 128 letters, digits and _");
    }

    @Override
    public Optional<Secret> read(String key) {
        return Optional.ofNullable(environment.get(prefix + key))
                .filter(value -> !value.isEmpty())
                .map(Secret::new);
    }
}
