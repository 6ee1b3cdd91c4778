package io.lockkeeper.depot;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The depots that the operator configured, by name.
@Singleton
public class Depots {
    private static final Logger LOG = Logger.getLogger(Depots.class);

    private final SortedMap<String, Depot> depots = new TreeMap<>();
    private final @Nullable String preferred;

    @Inject
    Depots(
            DepotsConfig config,
            DepotChoice choice,
            Keys keys,
            @ConfigProperty(name = "lockkeeper.home", defaultValue = ".lockkeeper") Path home) {
        this(config, choice, keys, home, Patience.USUAL);
    }

    Depots(DepotsConfig config, DepotChoice choice, Keys keys, Path home, Patience patience) {
        config.named().forEach((name, one) -> depots.put(name, ConfiguredDepot.of(name, one, keys, patience)));
        if (depots.isEmpty() && choice.local()) {
            depots.put("default", local(home.toAbsolutePath().normalize().resolve("depot"), keys));
        }
        this.preferred = choice.preferred().orElse(depots.size() == 1 ? depots.firstKey() : null);
        if (preferred != null && !depots.containsKey(preferred)) {
            throw new IllegalStateException(
                    "lockkeeper.depot.default names the depot " + preferred + ", and " + thereAre() + ".");
        }
    }

    private static Depot local(Path directory, Keys keys) {
        try {
            Files.createDirectories(directory.toAbsolutePath().getParent());
            Files.createDirectories(directory, DirectoryShelf.OWNER_ONLY);
        } catch (IOException e) {
            throw new IllegalStateException("The depot " + directory + " cannot be made: " + e.getMessage(), e);
        }
        return new Depot("default", new DirectoryShelf("default", directory), keys, null, Optional.empty());
    }

    /// Wrong settings end the start here. A depot that is away now may come back.
    void atStart(@Observes StartupEvent start) {
        depots.values().stream().filter(Depot::isLocal).forEach(depot -> {
            try {
                depot.look();
            } catch (DepotFailure away) {
                LOG.warn(away.problem().detail());
            }
        });
    }

    public List<String> names() {
        return List.copyOf(depots.keySet());
    }

    /// The depot of this name; without one, the one that the operator prefers, or the only one.
    public Depot named(@Nullable String name) {
        String wanted = name == null ? preferred : name;
        if (depots.isEmpty()) {
            throw refused(
                    "no-depot",
                    "This Lockkeeper has no depot to keep backups in; the operator can set"
                            + " lockkeeper.depots.<name>.directory or lockkeeper.depots.<name>.s3.bucket.");
        }
        if (wanted == null) {
            throw refused("depot-not-named", "Name a depot: " + thereAre() + ", and none of them is the default.");
        }
        Depot depot = depots.get(wanted);
        if (depot == null) {
            throw refused("unknown-depot", "There is no depot " + wanted + "; " + thereAre() + ".");
        }
        return depot;
    }

    private String thereAre() {
        return depots.isEmpty() ? "there is none" : "there are " + String.join(", ", depots.keySet());
    }

    private static Refused refused(String code, String detail) {
        return new Refused(Problem.unprocessable(code, detail));
    }

    @PreDestroy
    void close() {
        Map.copyOf(depots).values().forEach(Depot::close);
    }
}
