package io.lockkeeper.target;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.Secret;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The operator's stores that are switched on, by name. Problems tell the store and the key, never what is in them.
final class SecretStores {
    private static final List<String> KNOWN = List.of("env", "file");

    private final List<SecretStore> stores;

    SecretStores(SecretStore... stores) {
        this.stores = List.of(stores);
    }

    static SecretStores of(SecretsConfig config) {
        return new SecretStores(Stream.of(
                        config.env().enabled()
                                ? Optional.of(new EnvSecrets(config.env().prefix(), System.getenv()))
                                : Optional.<SecretStore>empty(),
                        config.file().enabled() ? Optional.of(files(config.file())) : Optional.<SecretStore>empty())
                .flatMap(Optional::stream)
                .toArray(SecretStore[]::new));
    }

    private static SecretStore files(SecretsConfig.File config) {
        return new FileSecrets(config.root()
                .orElseThrow(() -> new IllegalStateException(
                        "lockkeeper.secrets.file.enabled needs lockkeeper.secrets.file.root.")));
    }

    /// Refuses a reference that cannot be right. Whether there is something behind it shows when it is used.
    void check(String store, String key) {
        checked(store, key);
    }

    Secret resolve(String store, String key) {
        return checked(store, key)
                .read(key)
                .orElseThrow(() -> refused(
                        "secret-missing", "The secret store " + store + " has no readable secret " + key + "."));
    }

    private SecretStore checked(String name, String key) {
        SecretStore store = stores.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> KNOWN.contains(name)
                        ? refused(
                                "secret-store-disabled",
                                "The secret store " + name + " is not enabled; the operator can set lockkeeper.secrets."
                                        + name + ".enabled.")
                        : refused(
                                "secret-store-unknown",
                                "There is no secret store of that name; known are " + String.join(", ", KNOWN) + "."));
        store.objection(key).ifPresent(form -> {
            throw refused("secret-key-malformed", "A key of the secret store " + name + " must be " + form + ".");
        });
        return store;
    }

    private static Refused refused(String code, String detail) {
        return new Refused(Problem.unprocessable(code, detail));
    }
}
