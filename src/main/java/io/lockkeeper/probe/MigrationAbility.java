package io.lockkeeper.probe;

import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.target.Ability;
import io.lockkeeper.target.RoleFacts;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/// A migration creates in the schema that its unqualified names mean, on a server that takes writes.
@Singleton
class MigrationAbility implements Ability {
    private static final String WHERE_NEW_TABLES_GO = """
            SELECT current_schema()::text AS schema, pg_is_in_recovery() AS standby,
                   coalesce(has_schema_privilege(current_schema()::text, 'CREATE'), false) AS may_create""";

    @Override
    public String kind() {
        return "migration";
    }

    @Override
    public List<String> lacks(RoleFacts role, PgSession session) throws InterruptedException {
        Row row = session.one(WHERE_NEW_TABLES_GO);
        List<String> lacks = new ArrayList<>();
        if (row.getString("schema") == null) {
            lacks.add("no schema of the role's search_path exists");
        } else if (!row.getBoolean("may_create")) {
            lacks.add("cannot create in schema " + row.getString("schema"));
        }
        if (row.getBoolean("standby")) {
            lacks.add("the server is a standby, which takes no writes");
        }
        return lacks;
    }
}
