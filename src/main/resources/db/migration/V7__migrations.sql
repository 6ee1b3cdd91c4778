-- Bundles of migrations: what was tested is what runs. A bundle is its content, so that nothing about it can change.
CREATE TABLE migration_bundle (
    id         bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    sha256     text        PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'), -- over the paths and contents of its files, in order
    files      integer     NOT NULL CHECK (files > 0),
    bytes      bigint      NOT NULL CHECK (bytes >= 0),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_by text        NOT NULL
);
CREATE TABLE migration_bundle_file (
    bundle   text    NOT NULL REFERENCES migration_bundle,
    position integer NOT NULL CHECK (position >= 0),
    path     text    NOT NULL CHECK (path <> ''),
    sha256   text    NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    bytes    bigint  NOT NULL CHECK (bytes = octet_length(content)),
    content  bytea   NOT NULL,
    PRIMARY KEY (bundle, position),
    UNIQUE (bundle, path)
);

CREATE FUNCTION migration_bundle_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a bundle of migrations is immutable' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER migration_bundle_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_bundle
    FOR EACH STATEMENT EXECUTE FUNCTION migration_bundle_is_immutable();
CREATE TRIGGER migration_bundle_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_bundle_file
    FOR EACH STATEMENT EXECUTE FUNCTION migration_bundle_is_immutable();

-- What runs of migrations meant to do on a target. The id is that of the job, which may be pruned before.
CREATE TABLE migration_run (
    job_id     bigint      PRIMARY KEY,
    target_id  bigint      REFERENCES target ON DELETE SET NULL,
    target     text        NOT NULL, -- the name, kept when the target is deleted
    bundle     text        NOT NULL REFERENCES migration_bundle,
    format     text        NOT NULL,
    direction  text        NOT NULL CHECK (direction IN ('up', 'down')),
    digest     text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'), -- of the plan
    place      text        NOT NULL, -- the cluster's identifier, the database's, and the history's table
    began_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz -- nothing of it is open: it came to its end, or a later run took over what it left
);
CREATE INDEX migration_run_of_target ON migration_run (target_id, job_id) WHERE target_id IS NOT NULL;
CREATE INDEX migration_run_of_bundle ON migration_run (bundle);

-- The journal: one row a step, which is one transaction on the target or one statement outside of any. It is written before the
-- step can have any effect, and again after it; what lies between, the target is asked about.
CREATE TABLE migration_step (
    run         bigint      NOT NULL REFERENCES migration_run ON DELETE CASCADE,
    no          integer     NOT NULL CHECK (no > 0),
    migration   text        NOT NULL, -- as the tool names it
    direction   text        NOT NULL CHECK (direction IN ('up', 'down')),
    path        text        NOT NULL,
    position    integer     NOT NULL CHECK (position > 0), -- among the steps of the migration
    kind        text        NOT NULL CHECK (kind IN ('transaction', 'statement')),
    closes      boolean     NOT NULL, -- with it, the migration is done in its tool's history
    sha256      text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'), -- of its statements
    statements  jsonb       NOT NULL CHECK (jsonb_typeof(statements) = 'array'), -- [{no, line, sha256, ms, rows, notices}]
    state       text        NOT NULL CHECK (state IN ('RUNNING', 'DONE', 'UNDONE')), -- UNDONE: it is known to have had no effect
    backend_pid integer,
    xid         text,        -- none: it ran outside of a transaction
    began_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at    timestamptz,
    error       text,
    PRIMARY KEY (run, no),
    CONSTRAINT ended_unless_it_runs CHECK ((ended_at IS NULL) = (state = 'RUNNING')),
    CONSTRAINT transactions_have_a_number CHECK (kind = 'statement' OR xid IS NOT NULL)
);
