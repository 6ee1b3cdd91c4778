-- What the role that serves requests may do, set anew after every start: rows of our tables, and nothing about the schema. It
-- does nothing where one role does both. Instances that start together take turns: two GRANTs on one table at a time fail.
DO $$
DECLARE
    serving name := '${serving_role}';
    ours    record;
BEGIN
    IF serving = current_user THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(7626733, 2);

    IF has_schema_privilege(serving, current_schema(), 'CREATE') THEN
        EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, %I', current_schema(), serving);
        IF has_schema_privilege(serving, current_schema(), 'CREATE') THEN
            RAISE WARNING 'role % may create tables in schema %: revoke that as the owner of the schema', serving, current_schema();
        END IF;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), serving);

    FOR ours IN
        SELECT c.relname AS name,
               CASE c.relname
                   WHEN 'audit' THEN 'SELECT, INSERT'
                   WHEN 'job_transition' THEN 'SELECT'
                   WHEN 'flyway_schema_history' THEN 'SELECT'
                   ELSE 'SELECT, INSERT, UPDATE, DELETE'
               END AS privileges
        FROM pg_class AS c
        WHERE c.relnamespace = current_schema()::regnamespace
          AND c.relowner = current_user::regrole
          AND c.relkind IN ('r', 'p', 'v')
    LOOP
        EXECUTE format('REVOKE ALL ON TABLE %I FROM %I', ours.name, serving);
        EXECUTE format('GRANT %s ON TABLE %I TO %I', ours.privileges, ours.name, serving);
    END LOOP;

    FOR ours IN
        SELECT c.relname AS name
        FROM pg_class AS c
        WHERE c.relnamespace = current_schema()::regnamespace
          AND c.relowner = current_user::regrole
          AND c.relkind = 'S'
    LOOP
        EXECUTE format('GRANT USAGE ON SEQUENCE %I TO %I', ours.name, serving);
    END LOOP;
END $$;
