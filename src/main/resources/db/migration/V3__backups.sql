-- Backups: what lies in a depot, and what is known about it. The id is that of the job that made it, which may be pruned before.
-- A row, here or among the leftovers, exists from before the first byte is written until after the last one is removed: whatever
-- dies in between, nothing in a depot is without a row that knows about it.
CREATE TABLE backup (
    id                bigint      PRIMARY KEY,
    target_id         bigint      REFERENCES target ON DELETE SET NULL,
    target            text        NOT NULL, -- the name, kept when the target is deleted: its backups stay
    state             text        NOT NULL CHECK (state IN ('WRITING', 'COMPLETE')),
    method            text        NOT NULL CHECK (method IN ('logical', 'physical')),
    format            text        NOT NULL CHECK (format IN ('directory', 'custom', 'plain', 'tar')),
    depot             text        NOT NULL CHECK (depot <> ''),
    folder            text        NOT NULL CHECK (folder <> ''), -- of the attempt that counts: another one's work is void
    database          text,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp(),

    -- known once it is complete
    completed_at      timestamptz,
    sha256            text        CHECK (sha256 ~ '^[0-9a-f]{64}$'), -- of the manifest, which holds those of all files
    bytes             bigint      CHECK (bytes >= 0),     -- in the depot
    raw_bytes         bigint      CHECK (raw_bytes >= 0), -- as the tool wrote them
    key_id            text,       -- what it is sealed with; null: not at all
    recipient         text,       -- the public half of that key, by which a key that was exchanged under its name is noticed
    server_version    text,
    tool_version      text,
    system_identifier text,
    snapshot_at       timestamptz, -- the state of the data that it holds, by the target's clock
    wal_lsn           text,
    fingerprint       jsonb       CHECK (jsonb_typeof(fingerprint) = 'object'), -- in short; all of it lies beside the data

    -- what was found out later
    verdict           text        NOT NULL DEFAULT 'UNPROVEN' CHECK (verdict IN ('UNPROVEN', 'PROVEN', 'BROKEN')),
    judged_at         timestamptz,
    judged_by         bigint,     -- the restore test
    missing           text,       -- which part of it is gone from the depot or not what it was
    checked_at        timestamptz,

    -- how long it stays
    expires_at        timestamptz, -- not before this, and not because of this alone
    hold              text        CHECK (hold <> ''), -- a reason: nothing removes it
    version           integer     NOT NULL DEFAULT 0,

    CONSTRAINT complete_knows_what_it_is CHECK (
        state = 'WRITING' OR (completed_at IS NOT NULL AND sha256 IS NOT NULL AND bytes IS NOT NULL AND raw_bytes IS NOT NULL
                              AND server_version IS NOT NULL AND tool_version IS NOT NULL AND snapshot_at IS NOT NULL)),
    CONSTRAINT judged_by_a_test CHECK ((verdict = 'UNPROVEN') = (judged_at IS NULL) AND (judged_at IS NULL) = (judged_by IS NULL)),
    CONSTRAINT backup_has_a_folder_of_its_own UNIQUE (depot, folder)
);
CREATE INDEX backup_of_target ON backup (target, id);
CREATE INDEX backup_of_target_id ON backup (target_id) WHERE target_id IS NOT NULL;
CREATE INDEX backup_unfinished ON backup (id) WHERE state <> 'COMPLETE';

-- Held is held, whatever the code thinks.
CREATE FUNCTION keep_held_backup() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'backup % is held: %', old.id, old.hold USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER keep_held_backup BEFORE DELETE ON backup FOR EACH ROW WHEN (old.hold IS NOT NULL) EXECUTE FUNCTION keep_held_backup();

-- Folders without a backup, until they are removed: what an attempt left that did not come to its end, and what was deleted.
CREATE TABLE backup_leftover (
    depot   text        NOT NULL,
    folder  text        NOT NULL,
    backup  bigint      NOT NULL,
    left_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (depot, folder)
);
