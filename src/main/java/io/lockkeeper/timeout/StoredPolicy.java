package io.lockkeeper.timeout;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What became of a policy, as our own store keeps it.
record StoredPolicy(
        long id,
        long targetId,
        String target,
        List<Wanted> wanted,
        Image before,
        Image after,
        @Nullable Instant appliedAt,
        @Nullable Instant undoneAt) {

    record Wanted(Place place, String name, @Nullable String value) {}

    boolean inForce() {
        return appliedAt != null && undoneAt == null;
    }

    Set<Place> places() {
        return before.places().keySet();
    }

    /// Whether the places are as this policy's own work, done to the end or not, would have left them. Then
    /// `before` is still the way back.
    boolean explains(Image current) {
        return places().stream().allMatch(place -> explains(current.at(place)));
    }

    private boolean explains(Kept current) {
        Kept old = before.at(current.place());
        Kept mixed = old;
        for (String name : touched(current.place())) {
            String value = current.value(name);
            if (Objects.equals(value, after.at(current.place()).value(name))) {
                mixed = mixed.with(name, value);
            }
        }
        return current.says(mixed);
    }

    /// Whether what the policy touched is now as one of its own images has it.
    boolean isAs(Image own, Image current) {
        return places().stream().allMatch(place -> touched(place).stream()
                .allMatch(name -> Objects.equals(
                        own.at(place).value(name), current.at(place).value(name))));
    }

    /// The settings that the policy changed there.
    Set<String> touched(Place place) {
        Kept old = before.at(place);
        Kept left = after.at(place);
        Set<String> names = new TreeSet<>(old.values().keySet());
        names.addAll(left.values().keySet());
        names.removeIf(name -> Objects.equals(old.value(name), left.value(name)));
        return names;
    }

    /// The way back.
    List<Want> wantsBack() {
        List<Want> wants = new ArrayList<>();
        for (Place place : places()) {
            for (String name : touched(place)) {
                wants.add(new Want("/" + name, place, name, before.at(place).value(name)));
            }
        }
        return wants;
    }
}
