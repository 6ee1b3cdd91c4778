package io.lockkeeper.timeout;

import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All known settings as one server has them. Read it before the session changes any for itself.
///
/// @param file what the server's configuration files say last; null: not allowed to see them
record ServerSettings(
        int major,
        Map<String, ServerSetting> byName,
        @Nullable Map<String, Written> file,
        @Nullable Map<String, String> auto) {
    private static final String SETTINGS = """
            SELECT name, vartype, unit, min_val, max_val, enumvals, context, source, reset_val, boot_val
            FROM pg_settings WHERE name = ANY ($1)""";

    private static final String MAY_SEE_FILES = """
            SELECT has_table_privilege('pg_file_settings', 'SELECT')
                   AND has_function_privilege('pg_show_all_file_settings()', 'EXECUTE')""";

    private static final String FILES = """
            SELECT name, setting, sourcefile FROM pg_file_settings
            WHERE name = ANY ($1) AND setting IS NOT NULL ORDER BY seqno""";

    /// Sources below all that roles and databases keep: the same for every session.
    private static final Set<String> OF_THE_SERVER =
            Set.of("default", "environment variable", "configuration file", "command line");

    /// A value, and which file it is in.
    record Written(String value, String source) {}

    static ServerSettings read(PgSession session) throws InterruptedException {
        String[] names = KnownSettings.names().toArray(String[]::new);
        Map<String, ServerSetting> byName = new TreeMap<>();
        for (Row row : session.query(SETTINGS, (Object) names)) {
            byName.put(row.getString("name"), ServerSetting.of(row));
        }
        if (!session.one(MAY_SEE_FILES).getBoolean(0)) {
            return new ServerSettings(session.serverMajor(), byName, null, null);
        }
        Map<String, Written> file = new HashMap<>();
        Map<String, String> auto = new TreeMap<>();
        for (Row row : session.query(FILES, (Object) names)) {
            file.put(row.getString("name"), new Written(row.getString("setting"), Scope.SERVER.source()));
            if (row.getString("sourcefile").endsWith("postgresql.auto.conf")) {
                auto.put(row.getString("name"), row.getString("setting"));
            }
        }
        return new ServerSettings(session.serverMajor(), byName, file, auto);
    }

    Optional<ServerSetting> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Collection<ServerSetting> all() {
        return byName.values();
    }

    /// What a session has that no role and no database gives a value to. Hidden where our own role has one
    /// and we may not read the files.
    Optional<Written> base(ServerSetting setting) {
        if (OF_THE_SERVER.contains(setting.source()) && setting.resetValue() != null) {
            return Optional.of(new Written(withUnit(setting, setting.resetValue()), setting.source()));
        }
        if (file == null) {
            return Optional.empty();
        }
        Written written = file.get(setting.name());
        return Optional.of(written == null ? new Written(withUnit(setting, setting.builtIn()), "default") : written);
    }

    private static String withUnit(ServerSetting setting, String bare) {
        return setting.show(bare);
    }

    List<String> coverage() {
        List<String> unseen = new ArrayList<>();
        for (ServerSetting setting : all()) {
            if (setting.ofSessions() && base(setting).isEmpty()) {
                unseen.add("the server's own " + setting.name()
                        + ": Lockkeeper's role has a value of its own, and may not read pg_file_settings");
            }
        }
        return unseen;
    }
}
