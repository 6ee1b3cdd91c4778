-- What restore tests have found. The id is that of the job that made the test; a job that came to no verdict has no row here. Ids of
-- backups are kept as history: a backup may be deleted before.
CREATE TABLE restore_test (
    id              bigint      PRIMARY KEY,
    target_id       bigint      REFERENCES target ON DELETE SET NULL,
    target          text        NOT NULL, -- the name, kept when the target is deleted
    backup          bigint      NOT NULL,
    backup_sha256   text        NOT NULL CHECK (backup_sha256 ~ '^[0-9a-f]{64}$'), -- of its manifest: which bytes these were
    began_at        timestamptz NOT NULL,
    ended_at        timestamptz NOT NULL,
    snapshot_at     timestamptz NOT NULL, -- the state of the data in the copy
    verdict         text        NOT NULL CHECK (verdict IN ('PROVEN', 'BROKEN')),
    reasons         jsonb       NOT NULL CHECK (jsonb_typeof(reasons) = 'array'),
    notes           jsonb       NOT NULL CHECK (jsonb_typeof(notes) = 'array'),
    checks          jsonb       NOT NULL CHECK (jsonb_typeof(checks) = 'array'),
    phases          jsonb       NOT NULL CHECK (jsonb_typeof(phases) = 'array'),
    restore_ms      bigint      CHECK (restore_ms >= 0), -- until the copy could be used; null: it never could
    restored_bytes  bigint      CHECK (restored_bytes >= 0),
    report          text        NOT NULL CHECK (jsonb_typeof(report::jsonb) = 'object'), -- byte for byte as it was digested
    evidence_sha256 text        NOT NULL,
    kept_until      timestamptz, -- the copy can be looked at so long ...
    kept_on         text,        -- ... on this machine

    CONSTRAINT ends_after_it_began CHECK (ended_at >= began_at),
    CONSTRAINT proven_if_and_only_if_nothing_speaks_against CHECK ((verdict = 'PROVEN') = (reasons = '[]')),
    CONSTRAINT proven_was_restored CHECK (verdict = 'BROKEN' OR restore_ms IS NOT NULL),
    CONSTRAINT evidence_is_the_report CHECK (evidence_sha256 = encode(sha256(convert_to(report, 'UTF8')), 'hex')),
    CONSTRAINT kept_somewhere CHECK ((kept_until IS NULL) = (kept_on IS NULL))
);
CREATE INDEX restore_test_of_target ON restore_test (target, id);
CREATE INDEX restore_test_of_target_id ON restore_test (target_id) WHERE target_id IS NOT NULL;
CREATE INDEX restore_test_of_backup ON restore_test (backup, id);
