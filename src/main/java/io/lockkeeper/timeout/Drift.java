package io.lockkeeper.timeout;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
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

    /// @param applied the last one first; of each setting in each place the last one counts that spoke of
    /// it and was not undone
    static List<Drift> between(List<StoredPolicy> applied, Image image, ServerSettings server) {
        List<StoredPolicy> inForce =
                applied.stream().filter(StoredPolicy::inForce).toList();
        List<Drift> drift = new ArrayList<>();
        Set<Place> places = new LinkedHashSet<>();
        inForce.forEach(policy -> places.addAll(policy.places()));
        for (Place place : places) {
            if (!(place.ofServer() && server.auto() == null)) {
                new Comparison(place, inForce, image, server).tell(drift);
            }
        }
        return drift;
    }

    /// What a policy has said of a setting.
    ///
    /// @param value null: it took it away
    private record Said(long policy, @Nullable String value) {}

    /// One place with all that the policies in force have said of it.
    private record Comparison(Place place, List<StoredPolicy> inForce, Image image, ServerSettings server) {

        void tell(List<Drift> drift) {
            Map<String, Said> said = said();
            Set<String> names = new TreeSet<>(said.keySet());
            image.at(place).values().keySet().stream()
                    .filter(KnownSettings::has)
                    .forEach(names::add);
            for (String name : names) {
                server.named(name)
                        .flatMap(setting -> compare(setting, said.get(name)))
                        .ifPresent(drift::add);
            }
        }

        private Map<String, Said> said() {
            Map<String, Said> said = new HashMap<>();
            for (StoredPolicy policy : inForce) {
                policy.wanted().stream()
                        .filter(each -> each.place().equals(place))
                        .forEach(each -> said.putIfAbsent(each.name(), new Said(policy.id(), each.value())));
            }
            return said;
        }

        private Optional<Drift> compare(ServerSetting setting, @Nullable Said said) {
            if (said == null) {
                return extra(setting.name());
            }
            return said.value() == null
                    ? again(setting.name(), said.policy())
                    : wanted(setting, said.policy(), said.value());
        }

        private Optional<Drift> wanted(ServerSetting setting, long policy, String value) {
            String actual = image.at(place).value(setting.name());
            if (actual == null) {
                return Optional.of(drift(policy, setting.name(), How.MISSING, value, List.of()));
            }
            if (!setting.canonical(actual).equals(setting.canonical(value))) {
                return Optional.of(drift(policy, setting.name(), How.DIFFERENT, value, List.of()));
            }
            List<String> by = Effective.overriding(place, setting, image).stream()
                    .filter(other -> !declared(other, setting.name()))
                    .map(Place::toString)
                    .toList();
            return by.isEmpty()
                    ? Optional.empty()
                    : Optional.of(drift(policy, setting.name(), How.OVERRIDDEN, value, by));
        }

        /// An exception that a policy makes itself is no drift.
        private boolean declared(Place other, String name) {
            return inForce.stream()
                    .flatMap(each -> each.wanted().stream())
                    .anyMatch(each -> each.place().equals(other) && each.name().equals(name));
        }

        /// A policy had taken it away.
        private Optional<Drift> again(String name, long policy) {
            return image.at(place).value(name) == null
                    ? Optional.empty()
                    : Optional.of(drift(policy, name, How.EXTRA, null, List.of()));
        }

        /// No policy speaks of it; what the last one has left alone is no drift.
        private Optional<Drift> extra(String name) {
            StoredPolicy last = inForce.stream()
                    .filter(policy -> policy.places().contains(place))
                    .findFirst()
                    .orElseThrow();
            return Objects.equals(
                            image.at(place).value(name), last.after().at(place).value(name))
                    ? Optional.empty()
                    : Optional.of(drift(last.id(), name, How.EXTRA, null, List.of()));
        }

        private Drift drift(long policy, String name, How how, @Nullable String wanted, List<String> by) {
            return new Drift(policy, place, name, how, wanted, image.at(place).value(name), by);
        }
    }
}
