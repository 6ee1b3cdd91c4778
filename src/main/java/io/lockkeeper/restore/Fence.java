package io.lockkeeper.restore;

import io.lockkeeper.postgres.PgSession;
import java.security.SecureRandom;
import java.util.HexFormat;

/// Makes a role that may read all of a restored database and do nothing else, and closes what leads out of the database
/// for everybody who is no superuser. The statements of a check are the team's, and the functions that they call come
/// with the backup, but the server that runs them stands on our worker: it could reach what the team cannot.
record Fence(String reader, String password) {

    /// Functions in languages that may do anything, functions that run as a superuser, and functions of extensions that
    /// connect to elsewhere. Nobody but their owners may call them any more.
    private static final String CLOSE_FUNCTIONS = """
            DO $$
            DECLARE f record;
            BEGIN
              FOR f IN
                SELECT p.oid::regprocedure AS signature, p.prokind
                FROM pg_catalog.pg_proc p
                JOIN pg_catalog.pg_language l ON l.oid = p.prolang
                JOIN pg_catalog.pg_roles o ON o.oid = p.proowner
                LEFT JOIN pg_catalog.pg_depend d
                  ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
                LEFT JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
                WHERE p.oid >= 16384
                  AND (NOT l.lanpltrusted AND l.lanname NOT IN ('internal', 'c', 'sql')
                       OR p.prosecdef AND o.rolsuper
                       OR l.lanname = 'c' AND e.extname IS NULL
                       OR e.extname IN ('dblink', 'postgres_fdw', 'http', 'pg_net', 'pg_cron', 'plproxy', 'adminpack',
                                        'file_fdw', 'mysql_fdw', 'oracle_fdw', 'tds_fdw', 'redis_fdw', 'pg_background'))
              LOOP
                EXECUTE pg_catalog.format('REVOKE EXECUTE ON %s %s FROM PUBLIC',
                  CASE f.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, f.signature);
              END LOOP;
            END $$""";

    /// A foreign table would be read from elsewhere; one of `file_fdw` may even run a program.
    private static final String CLOSE_FOREIGN_TABLES = """
            DO $$
            DECLARE w name;
            BEGIN
              FOR w IN SELECT fdwname FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwhandler <> 0 LOOP
                EXECUTE pg_catalog.format('ALTER FOREIGN DATA WRAPPER %I NO HANDLER', w);
              END LOOP;
            END $$""";

    /// Not by `pg_read_all_data`: whose members read `pg_authid` as well, with the verifiers of all passwords.
    private static final String LET_READ = """
            DO $$
            DECLARE s name;
            BEGIN
              EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO <reader>', current_database());
              FOR s IN SELECT nspname FROM pg_catalog.pg_namespace
                       WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
                EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO <reader>', s);
                EXECUTE pg_catalog.format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO <reader>', s);
                EXECUTE pg_catalog.format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO <reader>', s);
              END LOOP;
            END $$""";

    /// @param session of a superuser in that database
    static Fence build(PgSession session) throws InterruptedException {
        Fence fence = new Fence("lockkeeper_reader_" + random(4), random(24));
        session.script("SET client_min_messages = error; SET search_path = pg_catalog");
        session.script(CLOSE_FUNCTIONS);
        session.script(CLOSE_FOREIGN_TABLES);
        session.script("CREATE ROLE " + fence.reader + " LOGIN BYPASSRLS PASSWORD '" + fence.password + "'");
        session.script("ALTER ROLE " + fence.reader + " SET lo_compat_privileges = on");
        session.script("ALTER ROLE " + fence.reader + " SET temp_file_limit = '10GB'");
        session.script(LET_READ.replace("<reader>", fence.reader));
        return fence;
    }

    private static String random(int bytes) {
        byte[] secret = new byte[bytes];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }
}
