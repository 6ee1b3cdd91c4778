-- Repositories of other tools (pgBackRest, Barman) that hold backups of a target. What they hold is listed among the backups of the
-- target; it is neither checked nor deleted by us, and gone from the list when it is gone there.
CREATE TABLE backup_repository (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id      bigint      REFERENCES target ON DELETE SET NULL, -- null: forgotten, and so is this, in a moment
    target         text        NOT NULL,
    name           text        NOT NULL CHECK (name ~ '^[a-z][a-z0-9-]{0,62}$'), -- in the operator's configuration
    tool           text        NOT NULL CHECK (tool IN ('pgbackrest', 'barman')),
    registered_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    registered_by  text        NOT NULL, -- its jobs are theirs
    registered_via text        NOT NULL,
    look_at        timestamptz NOT NULL DEFAULT clock_timestamp(), -- moved on by whoever starts the job that looks
    seen_at        timestamptz,
    left_out       integer     NOT NULL DEFAULT 0 CHECK (left_out >= 0), -- entries that nobody understood
    problem        jsonb       CHECK (jsonb_typeof(problem) = 'object'),
    problem_since  timestamptz,

    CONSTRAINT problem_has_a_beginning CHECK ((problem IS NULL) = (problem_since IS NULL))
);
CREATE UNIQUE INDEX backup_repository_once_for_a_target ON backup_repository (target_id, name);
CREATE INDEX backup_repository_to_look_at ON backup_repository (look_at);

-- Of a backup of another tool: where it is from. Its depot is `<tool>:<repository>`, which no depot of ours can be called, and its
-- folder is the tool's own label. Its id is taken from that of jobs, so that no job's backup can get the same.
ALTER TABLE backup
    ADD COLUMN repository_id bigint REFERENCES backup_repository,
    ADD COLUMN origin        jsonb CHECK (jsonb_typeof(origin) = 'object'),
    ALTER COLUMN format DROP NOT NULL,
    ADD CONSTRAINT other_tools_are_named CHECK ((repository_id IS NULL) = (origin IS NULL)),
    ADD CONSTRAINT ours_has_a_format CHECK (repository_id IS NOT NULL OR format IS NOT NULL),
    ADD CONSTRAINT others_are_complete_and_free CHECK (repository_id IS NULL OR (state = 'COMPLETE' AND hold IS NULL)),
    DROP CONSTRAINT backup_has_a_folder_of_its_own,
    DROP CONSTRAINT complete_knows_what_it_is,
    ADD CONSTRAINT complete_knows_what_it_is CHECK (
        state = 'WRITING' OR (completed_at IS NOT NULL AND bytes IS NOT NULL AND raw_bytes IS NOT NULL AND server_version IS NOT NULL
                              AND snapshot_at IS NOT NULL
                              AND (repository_id IS NOT NULL OR (sha256 IS NOT NULL AND tool_version IS NOT NULL)))),
    DROP CONSTRAINT physical_knows_its_log,
    ADD CONSTRAINT physical_knows_its_log CHECK (
        state = 'WRITING' OR method <> 'physical' OR repository_id IS NOT NULL
        OR (wal_start IS NOT NULL AND wal_lsn IS NOT NULL AND timeline IS NOT NULL));
CREATE UNIQUE INDEX backup_has_a_folder_of_its_own ON backup (depot, folder) WHERE repository_id IS NULL;
CREATE UNIQUE INDEX backup_of_repository ON backup (repository_id, folder) WHERE repository_id IS NOT NULL;

-- Folders of archived segments that were pruned, until they are removed.
CREATE TABLE wal_leftover (
    depot   text        NOT NULL,
    folder  text        NOT NULL,
    left_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (depot, folder)
);
