-- Jobs by the clock. A due time becomes a row of schedule_run in the very statement that moves its schedule on to the next one, guarded
-- by the time that was next before: however many instances try, one does. The row says what was decided; whoever finds it unfinished
-- goes on with it, and asks for its job under a key made of the row's id.
CREATE TABLE schedule (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text        NOT NULL CONSTRAINT schedule_has_its_own_name UNIQUE CHECK (name ~ '^[a-z][a-z0-9-]{0,62}$'),
    cron       text        NOT NULL CHECK (cron <> ''),
    time_zone  text        NOT NULL CHECK (time_zone <> ''),
    kind       text        NOT NULL CHECK (kind <> ''),
    spec       jsonb       NOT NULL CHECK (jsonb_typeof(spec) = 'object'), -- a request for a job, without its kind
    target     text        GENERATED ALWAYS AS (spec ->> 'target') STORED,
    -- Set to null when the target is deleted: a new one of the same name is not what the schedule was written for.
    target_id  bigint      REFERENCES target ON DELETE SET NULL,
    then_kind  text        CHECK (then_kind <> ''),
    then_spec  jsonb       CHECK (jsonb_typeof(then_spec) = 'object'),
    on_missed  text        NOT NULL CHECK (on_missed IN ('run-once', 'skip')),
    jitter_ms  bigint      NOT NULL CHECK (jitter_ms BETWEEN 0 AND 43200000),
    paused     boolean     NOT NULL,
    due_at     timestamptz, -- the next time by its clock ...
    next_at    timestamptz, -- ... and when to start it: later by its jitter
    problem    jsonb,       -- why it could not start a job the last time
    version    integer     NOT NULL DEFAULT 0,
    changed_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT paused_if_and_only_if_nothing_is_next CHECK (paused = (due_at IS NULL) AND paused = (next_at IS NULL)),
    CONSTRAINT starts_when_due_or_later CHECK (next_at >= due_at),
    CONSTRAINT what_comes_then_has_a_kind_and_a_spec CHECK ((then_kind IS NULL) = (then_spec IS NULL))
);
CREATE INDEX schedule_next ON schedule (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX schedule_of_target ON schedule (target_id) WHERE target_id IS NOT NULL;

-- The ids of jobs are kept as history: jobs may be pruned before.
CREATE TABLE schedule_run (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    schedule_id   bigint      NOT NULL REFERENCES schedule ON DELETE CASCADE,
    due_at        timestamptz, -- null: somebody asked for it
    missed        integer     NOT NULL DEFAULT 0 CHECK (missed >= 0), -- due times before it that passed without a run
    began_at      timestamptz NOT NULL,
    requested_by  text        NOT NULL,
    requested_via text        NOT NULL,
    request_id    text,
    outcome       text        NOT NULL CHECK (outcome IN ('starting', 'started', 'refused', 'skipped-missed', 'skipped-running')),
    job_id        bigint      UNIQUE,
    problem       jsonb,
    then_outcome  text        CHECK (then_outcome IN ('waiting', 'started', 'refused', 'not-started')),
    then_job_id   bigint      UNIQUE,
    then_problem  jsonb,
    CONSTRAINT one_run_for_each_due_time UNIQUE (schedule_id, due_at),
    CONSTRAINT started_if_and_only_if_there_is_a_job CHECK ((outcome = 'started') = (job_id IS NOT NULL)),
    CONSTRAINT refused_says_why CHECK ((outcome = 'refused') = (problem IS NOT NULL)),
    CONSTRAINT then_comes_after_a_job CHECK (then_outcome IS NULL OR outcome = 'started'),
    CONSTRAINT then_started_if_and_only_if_there_is_a_job
        CHECK ((then_outcome IS NOT DISTINCT FROM 'started') = (then_job_id IS NOT NULL)),
    CONSTRAINT then_refused_says_why CHECK ((then_outcome IS NOT DISTINCT FROM 'refused') = (then_problem IS NOT NULL))
);
CREATE INDEX schedule_run_of_schedule ON schedule_run (schedule_id, id);
CREATE INDEX schedule_run_unfinished ON schedule_run (schedule_id) WHERE outcome = 'starting' OR then_outcome = 'waiting';
CREATE INDEX schedule_run_by_age ON schedule_run (began_at);

-- Whether a schedule has a job that has not ended is asked at every due time.
CREATE INDEX job_of_schedule ON job (schedule) WHERE schedule IS NOT NULL AND finished_at IS NULL;
