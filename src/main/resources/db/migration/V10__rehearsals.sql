-- What rehearsals of migrations have found. The id is that of the job; one that could not run has no row here. These are no runs: what
-- happened on a copy must never be taken for what happened on its target. Ids of backups are kept as history.
CREATE TABLE migration_rehearsal (
    job_id    bigint      PRIMARY KEY,
    target_id bigint      REFERENCES target ON DELETE SET NULL,
    target    text        NOT NULL, -- the name, kept when the target is deleted
    bundle    text        NOT NULL REFERENCES migration_bundle,
    format    text        NOT NULL,
    direction text        NOT NULL CHECK (direction IN ('up', 'down')),
    digest    text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'), -- of the plan for the copy
    subject   text        NOT NULL CHECK (subject ~ '^[0-9a-f]{64}$'), -- what a run has in common with it for which it counts
    backup    bigint      NOT NULL,
    data_at   timestamptz NOT NULL, -- the state of the data in the copy
    began_at  timestamptz NOT NULL,
    ended_at  timestamptz NOT NULL,
    outcome   text        NOT NULL CHECK (outcome IN ('PASSED', 'FAILED')),
    report    jsonb       NOT NULL CHECK (jsonb_typeof(report) = 'object'),

    CONSTRAINT ends_after_it_began CHECK (ended_at >= began_at),
    CONSTRAINT failed_if_and_only_if_with_a_problem CHECK ((outcome = 'FAILED') = (report ? 'problem'))
);
CREATE INDEX migration_rehearsal_of_subject ON migration_rehearsal (target_id, subject, job_id) WHERE target_id IS NOT NULL;
CREATE INDEX migration_rehearsal_of_bundle ON migration_rehearsal (bundle);

-- Nothing is applied there without a rehearsal on data that is not older; null: no such demand.
ALTER TABLE target ADD COLUMN rehearsal_within_ms bigint CHECK (rehearsal_within_ms > 0);
