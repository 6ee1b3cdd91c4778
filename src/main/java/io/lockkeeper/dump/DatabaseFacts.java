package io.lockkeeper.dump;

import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the catalogue says of a database, and a dump does not.
public record DatabaseFacts(DatabaseProperties properties, List<TableFacts> tables) {
    private static final String DATABASE = """
            SELECT current_setting('server_version_num')::int AS version, pg_encoding_to_char(d.encoding) AS encoding,
                   d.datcollate, d.datctype, d.datconnlimit, pg_get_userbyid(d.datdba) AS owner,
                   coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider,
                   coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale,
                   to_jsonb(d) ->> 'daticurules' AS rules
              FROM pg_database d WHERE d.datname = current_database()""";

    private static final String ACL = """
            SELECT coalesce(quote_ident(pg_get_userbyid(nullif(a.grantee, 0))), 'PUBLIC') || ': '
                   || string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '
                                 ORDER BY a.privilege_type) AS item
              FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
             WHERE d.datname = current_database() GROUP BY a.grantee""";

    private static final String SETTINGS = """
            SELECT r.rolname, split_part(one, '=', 1) AS name, substr(one, strpos(one, '=') + 1) AS value
              FROM pg_db_role_setting s
              JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
              CROSS JOIN unnest(s.setconfig) one
              LEFT JOIN pg_roles r ON r.oid = s.setrole
             ORDER BY r.rolname NULLS FIRST, one COLLATE "C\"""";

    private static final String EXTENSIONS = """
            SELECT e.extname, n.nspname, e.extversion FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
             ORDER BY e.extname""";

    private static final String TABLESPACES = """
            SELECT spcname FROM pg_tablespace
             WHERE spcname NOT IN ('pg_default', 'pg_global')
               AND oid IN (SELECT reltablespace FROM pg_class
                           UNION SELECT dattablespace FROM pg_database WHERE datname = current_database())
             ORDER BY spcname""";

    /// Owners are not here: the dump names them.
    private static final String ROLES = """
            WITH of_extension AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
            acl (class, object, items) AS (
              SELECT 'pg_class'::regclass::oid, oid, relacl FROM pg_class
              UNION ALL SELECT 'pg_class'::regclass, attrelid, attacl FROM pg_attribute WHERE attacl IS NOT NULL
              UNION ALL SELECT 'pg_namespace'::regclass, oid, nspacl FROM pg_namespace
              UNION ALL SELECT 'pg_proc'::regclass, oid, proacl FROM pg_proc
              UNION ALL SELECT 'pg_type'::regclass, oid, typacl FROM pg_type
              UNION ALL SELECT 'pg_language'::regclass, oid, lanacl FROM pg_language
              UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, fdwacl FROM pg_foreign_data_wrapper
              UNION ALL SELECT 'pg_foreign_server'::regclass, oid, srvacl FROM pg_foreign_server
              UNION ALL SELECT 'pg_largeobject_metadata'::regclass, oid, lomacl FROM pg_largeobject_metadata
              UNION ALL SELECT 'pg_default_acl'::regclass, oid, defaclacl FROM pg_default_acl),
            named (role) AS (
              SELECT a.grantee FROM acl, aclexplode(items) a
               WHERE object >= 16384 AND (class, object) NOT IN (SELECT * FROM of_extension)
              UNION SELECT unnest(polroles) FROM pg_policy
              UNION SELECT defaclrole FROM pg_default_acl
              UNION SELECT umuser FROM pg_user_mappings
              UNION SELECT setrole FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                     WHERE d.datname = current_database()
              UNION SELECT a.grantee FROM pg_database, aclexplode(datacl) a WHERE datname = current_database()
              UNION SELECT datdba FROM pg_database WHERE datname = current_database())
            SELECT rolname FROM pg_roles JOIN named ON role = oid WHERE rolname !~ '^pg_'
             ORDER BY rolname""";

    private static final String TABLES = """
            WITH RECURSIVE tree (leaf, above) AS (
              SELECT inhrelid, inhparent FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid AND c.relispartition
              UNION ALL
              SELECT tree.leaf, inhparent FROM tree JOIN pg_inherits ON inhrelid = above
                JOIN pg_class c ON c.oid = inhrelid AND c.relispartition),
            locked (table_oid) AS MATERIALIZED ( -- whoever asks for the size of one of these waits
              SELECT relation FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation IS NOT NULL),
            root AS (SELECT leaf, above FROM tree JOIN pg_class c ON c.oid = above AND NOT c.relispartition)
            SELECT n.nspname, c.relname, c.relkind::text AS kind, rn.nspname AS root_schema, rc.relname AS root_name,
                   c.relispopulated, e.extname,
                   CASE WHEN c.relkind NOT IN ('r', 'm') THEN 0
                        WHEN c.relpages > 0 THEN (c.relpages + coalesce(t.relpages, 0))::bigint
                                                 * current_setting('block_size')::bigint
                        WHEN c.oid IN (SELECT table_oid FROM locked) THEN 0
                        ELSE coalesce(pg_table_size(c.oid), 0) END AS bytes,
                   CASE WHEN c.relkind = 'p' THEN ARRAY(
                     SELECT attname::text FROM pg_attribute
                      WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum)
                        ELSE '{}' END AS columns
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
              LEFT JOIN root ON root.leaf = c.oid
              LEFT JOIN pg_class rc ON rc.oid = root.above
              LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace
              LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
              LEFT JOIN pg_extension e ON e.oid = d.refobjid
             WHERE c.relkind IN ('r', 'p', 'f', 'm') AND c.relpersistence <> 't'
               AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'
             ORDER BY n.nspname, c.relname""";

    public DatabaseFacts {
        tables = List.copyOf(tables);
    }

    /// As the session's transaction sees them. The catalogue may be read by every role.
    public static DatabaseFacts read(PgSession session) throws InterruptedException {
        List<TableFacts> tables =
                session.query(TABLES).stream().map(DatabaseFacts::table).toList();
        return new DatabaseFacts(properties(session), tables);
    }

    /// Partitions in the order of their root.
    public ColumnOrders columnOrders() {
        Map<TableName, List<String>> columns = new HashMap<>();
        for (TableFacts each : tables) {
            if (each.kind() == TableFacts.Kind.PARTITIONED && each.root() == null) {
                columns.put(each.table(), each.columns());
            }
        }
        return new ColumnOrders(roots(), columns);
    }

    /// The root of each partition.
    Map<TableName, TableName> roots() {
        Map<TableName, TableName> roots = new HashMap<>();
        for (TableFacts each : tables) {
            if (each.root() != null) {
                roots.put(each.table(), each.root());
            }
        }
        return roots;
    }

    private static TableFacts table(Row row) {
        String rootSchema = row.getString("root_schema");
        return new TableFacts(
                new TableName(row.getString("nspname"), row.getString("relname")),
                TableFacts.Kind.of(row.getString("kind")),
                rootSchema == null ? null : new TableName(rootSchema, row.getString("root_name")),
                row.getLong("bytes"),
                row.getBoolean("relispopulated"),
                row.getString("extname"),
                List.of(row.getArrayOfStrings("columns")));
    }

    private static DatabaseProperties properties(PgSession session) throws InterruptedException {
        Row database = session.one(DATABASE);
        return new DatabaseProperties(
                database.getInteger("version"),
                database.getString("encoding"),
                database.getString("datcollate"),
                database.getString("datctype"),
                provider(database.getString("provider")),
                database.getString("locale"),
                database.getString("rules"),
                database.getString("owner"),
                database.getInteger("datconnlimit"),
                strings(session, ACL),
                session.query(SETTINGS).stream()
                        .map(row ->
                                new DatabaseProperties.Setting(row.getString(0), row.getString(1), row.getString(2)))
                        .toList(),
                session.query(EXTENSIONS).stream()
                        .map(row ->
                                new DatabaseProperties.Extension(row.getString(0), row.getString(1), row.getString(2)))
                        .toList(),
                strings(session, ROLES),
                strings(session, TABLESPACES));
    }

    private static List<String> strings(PgSession session, String sql) throws InterruptedException {
        return session.query(sql).stream().map(row -> row.getString(0)).sorted().toList();
    }

    private static String provider(String letter) {
        return switch (letter) {
            case "c" -> "libc";
            case "i" -> "icu";
            case "b" -> "builtin";
            default -> letter;
        };
    }
}
