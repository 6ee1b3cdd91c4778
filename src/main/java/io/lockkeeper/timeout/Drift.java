package io.lockkeeper.timeout;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// One way in which a target is no longer as a policy left it.
///
/// @param policy the last one that was applied to this place
/// @param wanted absent: nothing, the policy had not set it or had reset it
/// @param actual absent: nothing is kept there
/// @param by the places that override it
@Schema(name = "TimeoutDrift")
public record Drift(
        long policy,
        Place place,
        String name,
        How how,
        @Nullable String wanted,
        @Nullable String actual,
        List<String> by) {

    public enum How {
        @JsonProperty("missing")
        MISSING,
        @JsonProperty("different")
        DIFFERENT,
        @JsonProperty("overridden")
        OVERRIDDEN,
        @JsonProperty("extra")
        EXTRA
    }

    /// @param applied the last one first; of each place the last one counts that was not undone
    static List<Drift> between(List<StoredPolicy> applied, Image image, ServerSettings server) {
        List<StoredPolicy> inForce =
                applied.stream().filter(StoredPolicy::inForce).toList();
        List<Drift> drift = new ArrayList<>();
        Set<Place> seen = new HashSet<>();
        for (StoredPolicy policy : inForce) {
            for (Place place : policy.places()) {
                if (seen.add(place) && !(place.ofServer() && server.auto() == null)) {
                    new Comparison(place, policy, inForce, image, server).tell(drift);
                }
            }
        }
        return drift;
    }

    /// One place with the policy that spoke of it last.
    private record Comparison(
            Place place, StoredPolicy policy, List<StoredPolicy> inForce, Image image, ServerSettings server) {

        void tell(List<Drift> drift) {
            Map<String, String> wanted = new HashMap<>();
            policy.wanted().stream()
                    .filter(each -> each.place().equals(place))
                    .forEach(each -> wanted.put(each.name(), each.value()));
            Set<String> names = new TreeSet<>(wanted.keySet());
            image.at(place).values().keySet().stream()
                    .filter(KnownSettings::has)
                    .forEach(names::add);
            for (String name : names) {
                server.named(name)
                        .flatMap(setting -> wanted.containsKey(name) && wanted.get(name) != null
                                ? wanted(setting, wanted.get(name))
                                : unwanted(name, wanted.containsKey(name)))
                        .ifPresent(drift::add);
            }
        }

        private Optional<Drift> wanted(ServerSetting setting, String value) {
            String actual = image.at(place).value(setting.name());
            if (actual == null) {
                return Optional.of(drift(setting.name(), How.MISSING, value, List.of()));
            }
            if (!setting.canonical(actual).equals(setting.canonical(value))) {
                return Optional.of(drift(setting.name(), How.DIFFERENT, value, List.of()));
            }
            List<String> by = Effective.overriding(place, setting, image).stream()
                    .filter(other -> !declared(other, setting.name()))
                    .map(Place::toString)
                    .toList();
            return by.isEmpty() ? Optional.empty() : Optional.of(drift(setting.name(), How.OVERRIDDEN, value, by));
        }

        /// An exception that a policy makes itself is no drift.
        private boolean declared(Place other, String name) {
            return inForce.stream()
                    .flatMap(each -> each.wanted().stream())
                    .anyMatch(each -> each.place().equals(other) && each.name().equals(name));
        }

        /// @param retired the policy had taken it away, rather than left it alone
        private Optional<Drift> unwanted(String name, boolean retired) {
            String actual = image.at(place).value(name);
            boolean leftThere =
                    !retired && Objects.equals(actual, policy.after().at(place).value(name));
            return actual == null || leftThere
                    ? Optional.empty()
                    : Optional.of(drift(name, How.EXTRA, null, List.of()));
        }

        private Drift drift(String name, How how, @Nullable String wanted, List<String> by) {
            return new Drift(
                    policy.id(), place, name, how, wanted, image.at(place).value(name), by);
        }
    }
}
