package io.lockkeeper.timeout;

import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What all places, or some, keep at one moment.
record Image(Map<Place, Kept> places) {
    private static final String KEPT = """
            SELECT d.datname::text AS database, r.rolname::text AS role, s.setconfig
            FROM pg_db_role_setting s
            LEFT JOIN pg_database d ON d.oid = s.setdatabase
            LEFT JOIN pg_roles r ON r.oid = s.setrole
            WHERE (s.setdatabase = 0 OR d.oid IS NOT NULL) AND (s.setrole = 0 OR r.oid IS NOT NULL)""";

    static Image of(Collection<Kept> kept) {
        Map<Place, Kept> places = new TreeMap<>();
        kept.forEach(each -> places.put(each.place(), each));
        return new Image(places);
    }

    /// @param auto what ALTER SYSTEM has set, where that can be seen
    static Image read(PgSession session, @Nullable Map<String, String> auto) throws InterruptedException {
        List<Kept> kept = new ArrayList<>();
        for (Row row : session.query(KEPT)) {
            Place place = Place.of(row.getString("database"), row.getString("role"));
            kept.add(new Kept(place, List.of(row.getArrayOfStrings("setconfig"))));
        }
        if (auto != null) {
            Kept server = Kept.nothing(Place.SERVER);
            for (Map.Entry<String, String> each : auto.entrySet()) {
                server = server.with(each.getKey(), each.getValue());
            }
            kept.add(server);
        }
        return of(kept);
    }

    Kept at(Place place) {
        return places.getOrDefault(place, Kept.nothing(place));
    }

    Image only(Collection<Place> some) {
        return of(some.stream().map(this::at).toList());
    }

    Image with(Kept kept) {
        Map<Place, Kept> changed = new TreeMap<>(places);
        changed.put(kept.place(), kept);
        return new Image(changed);
    }

    List<Kept> list() {
        return List.copyOf(places.values());
    }
}
