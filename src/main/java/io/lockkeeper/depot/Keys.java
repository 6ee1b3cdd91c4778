package io.lockkeeper.depot;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The keys that the operator configured, by id.
@Singleton
public class Keys {
    private final SortedMap<String, Key> keys;

    Keys(KeysConfig config) {
        this.keys = new TreeMap<>();
        config.named().forEach((id, one) -> keys.put(id, Key.of(id, one)));
    }

    public List<String> ids() {
        return List.copyOf(keys.keySet());
    }

    /// Refuses a request that names a key which is not configured.
    public void demand(String id) {
        forSealing(id);
    }

    /// What is wrong with opening what this key has sealed; empty if nothing is. Looks at the identity
    /// itself, now. A recipient says which key of this id it was, for keys can be exchanged under their id.
    public Optional<Problem> check(String id, @Nullable String recipient) {
        try {
            identity(id, recipient);
            return Optional.empty();
        } catch (DepotFailure.KeyLost lost) {
            return Optional.of(lost.problem());
        }
    }

    Key forSealing(String id) {
        return find(id).orElseThrow(() -> new Refused(Problem.unprocessable(
                "unknown-key",
                "There is no key " + id + "; "
                        + (keys.isEmpty()
                                ? "none is configured."
                                : "there are " + String.join(", ", keys.keySet()) + "."))));
    }

    String identity(String id, @Nullable String recipient) {
        return find(id).orElseThrow(() -> Key.lost(id, "it is not configured here"))
                .identity(recipient);
    }

    Optional<Key> find(String id) {
        return Optional.ofNullable(keys.get(id));
    }
}
