package io.lockkeeper.store;

import io.quarkus.runtime.LaunchMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Lockkeeper's own database, opened before Quarkus starts and closed after it has stopped: the one that
/// `LOCKKEEPER_STORE_URL` names, or for development an embedded one.
public final class OwnStore implements AutoCloseable {
    private static final List<String> MAY_EMBED = List.of(LaunchMode.DEV_PROFILE, LaunchMode.TEST_PROFILE);

    private final Optional<EmbeddedStore> embedded;

    private OwnStore(Optional<EmbeddedStore> embedded) {
        this.embedded = embedded;
    }

    /// Finds the store, waits until it answers, and tells Quarkus about it.
    public static OwnStore open() throws IOException, InterruptedException {
        Optional<StoreAccess> configured = StoreAccess.from(OwnStore::setting);
        if (configured.isPresent()) {
            StoreWait.until(configured.get());
            StoreConfigSource.publish(configured.get().configuration());
            return new OwnStore(Optional.empty());
        }
        if (!MAY_EMBED.contains(profile())) {
            throw new StartRefused(
                    "LOCKKEEPER_STORE_URL is not set: it names the PostgreSQL database that Lockkeeper keeps its"
                            + " jobs in, as postgresql://user:password@host:port/database (or run bin/dev, which brings its own).");
        }
        EmbeddedStore embedded = EmbeddedStore.start(
                home(), Optional.ofNullable(setting("LOCKKEEPER_POSTGRES_BIN")).map(Path::of));
        StoreConfigSource.publish(embedded.configuration());
        System.out.println("Embedded store: " + embedded.description() + ", data in " + home().resolve("postgres"));
        return new OwnStore(Optional.of(embedded));
    }

    /// The directory for what a developer's Lockkeeper keeps.
    static Path home() {
        return Path.of(Optional.ofNullable(setting("LOCKKEEPER_HOME")).orElse(".lockkeeper"))
                .toAbsolutePath()
                .normalize();
    }

    @Override
    public void close() {
        embedded.ifPresent(EmbeddedStore::close);
    }

    private static String profile() {
        return first(System.getProperty("quarkus.profile"), System.getenv("QUARKUS_PROFILE"))
                .orElseGet(() -> LaunchMode.current().getDefaultProfile());
    }

    /// An environment variable, or the system property of the same name (`lockkeeper.store.url`).
    private static String setting(String name) {
        Function<String, String> asProperty =
                text -> text.toLowerCase(java.util.Locale.ROOT).replace('_', '.');
        return first(System.getenv(name), System.getProperty(asProperty.apply(name)))
                .orElse(null);
    }

    private static Optional<String> first(String one, String other) {
        return Optional.ofNullable(one).or(() -> Optional.ofNullable(other)).filter(text -> !text.isBlank());
    }
}
