-- What timeout policies found and left on the targets: written before the commit there, so that whatever happens, the way back is
-- known. The id is that of the job, which may be pruned before.
CREATE TABLE timeout_policy (
    job_id     bigint      PRIMARY KEY,
    target_id  bigint      NOT NULL REFERENCES target ON DELETE CASCADE,
    wanted     jsonb       NOT NULL CHECK (jsonb_typeof(wanted) = 'array'), -- [{place, name, value}]
    before     jsonb       NOT NULL CHECK (jsonb_typeof(before) = 'array'), -- [{place, config}], config as in the target's catalogue
    after      jsonb       NOT NULL CHECK (jsonb_typeof(after) = 'array'),
    applied_at timestamptz, -- by the target's clock, like the ages of its sessions; null: not known to be committed
    undone_at  timestamptz, -- by the target's clock
    undone_by  bigint,      -- the job
    CONSTRAINT undone_by_a_job CHECK ((undone_at IS NULL) = (undone_by IS NULL)),
    CONSTRAINT only_what_was_applied_is_undone CHECK (undone_at IS NULL OR applied_at IS NOT NULL)
);
CREATE INDEX timeout_policy_by_target ON timeout_policy (target_id, applied_at);
