package io.lockkeeper.target;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.Secret;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// How credentials are kept and found again.
@Singleton
class Credentials {
    private static final String FIELD = "credential";

    private final SecretStores stores;
    private final Optional<SealKey> key;

    Credentials(
            SecretsConfig secrets,
            SealConfig seal,
            @ConfigProperty(name = "lockkeeper.home", defaultValue = ".lockkeeper") Path home) {
        this.stores = SecretStores.of(secrets);
        this.key = SealKeys.configured(seal)
                .or(() -> seal.generate() ? Optional.of(SealKeys.kept(home.resolve("seal-key"))) : Optional.empty());
    }

    /// As it is kept: a reference as it was given, a value sealed.
    KeptCredential keep(String target, CredentialSpec given) {
        if (given.value() == null) {
            stores.check(given.store(), given.key());
            return KeptCredential.reference(given.store(), given.key());
        }
        return KeptCredential.sealed(new Seal(demandKey()).close(target, FIELD, given.value()));
    }

    /// The password itself, at the moment of use.
    Secret reveal(String target, KeptCredential kept) {
        if (kept.sealed() == null) {
            return stores.resolve(kept.store(), kept.key());
        }
        try {
            return new Seal(demandKey()).open(target, FIELD, kept.sealed());
        } catch (Seal.Broken broken) {
            throw new Refused(Problem.unprocessable("credential-unreadable", broken.getMessage()));
        }
    }

    Optional<SealKey> key() {
        return key;
    }

    private SealKey demandKey() {
        return key.orElseThrow(() -> new Refused(Problem.unprocessable(
                "seal-key-missing",
                "This Lockkeeper has no key to seal credentials with: give a reference {store, key}, or let the operator set"
                        + " LOCKKEEPER_SEAL_KEY_FILE.")));
    }
}
