package io.lockkeeper.timeout;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What a login gets, and from where.
///
/// @param source as `pg_settings.source` of that login says it
/// @param place which place has it; absent: none has, it is the server's own
@Schema(name = "EffectiveTimeout")
public record Effective(
        String value, String source, @Nullable String place) {

    /// By PostgreSQL's order of precedence. Empty where the server's own value counts and could not be seen.
    static Optional<Effective> of(
            ServerSetting setting,
            ServerSettings server,
            Image image,
            @Nullable String database,
            @Nullable String role) {
        return keeper(setting.name(), image, database, role)
                .map(kept -> new Effective(
                        setting.show(kept.value(setting.name())),
                        kept.place().scope().source(),
                        kept.place().toString()))
                .or(() -> server.base(setting)
                        .map(base -> new Effective(setting.show(base.value()), base.source(), null)));
    }

    private static Optional<Kept> keeper(String name, Image image, @Nullable String database, @Nullable String role) {
        return image.places().values().stream()
                .filter(kept -> !kept.place().ofServer() && kept.place().reaches(database, role))
                .filter(kept -> kept.value(name) != null)
                .max(Comparator.comparing(kept -> kept.place().scope()));
    }

    /// The places that take this one's value away from some logins.
    static List<Place> overriding(Place place, ServerSetting setting, Image image) {
        String mine = image.at(place).value(setting.name());
        return image.places().values().stream()
                .filter(kept -> kept.place().beats(place))
                .filter(kept -> differs(kept.value(setting.name()), mine, setting))
                .map(Kept::place)
                .toList();
    }

    private static boolean differs(@Nullable String theirs, @Nullable String mine, ServerSetting setting) {
        return theirs != null && (mine == null || !setting.canonical(theirs).equals(setting.canonical(mine)));
    }
}
