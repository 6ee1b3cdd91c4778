package io.lockkeeper.restore;

import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.dump.SchemaItem;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a copy is to be held against.
final class Expected {
    private Expected() {}

    /// All but some places, which are known not to be there.
    static Fingerprint without(List<Place> places, Fingerprint all) {
        if (places.isEmpty()) {
            return all;
        }
        Set<Place> gone = new HashSet<>(places);
        Set<Place> data = places.stream()
                .flatMap(place ->
                        Stream.of("TABLE", "TABLE DATA").map(type -> new Place(type, place.schema(), place.name())))
                .filter(gone::contains)
                .collect(Collectors.toSet());
        List<SchemaItem> schema = all.schema().stream()
                .filter(item -> !gone.contains(new Place(item.type(), item.schema(), item.name())))
                .toList();
        return new Fingerprint(
                all.version(),
                all.level(),
                all.dumpVersion(),
                all.tables().stream()
                        .filter(table -> data.stream()
                                .noneMatch(place -> Objects.equals(place.schema(), table.schema())
                                        && place.name().equals(table.name())))
                        .toList(),
                all.sequences(),
                all.largeObjects(),
                schema,
                schema.size() == all.schema().size() ? all.schemaDigest() : "of a part",
                all.properties(),
                all.leftOut());
    }
}
