-- A physical backup can be recovered from where its log begins; with archived segments, to any time after its end.
ALTER TABLE backup
    ADD COLUMN wal_start text,
    ADD COLUMN timeline  integer,
    ADD CONSTRAINT physical_knows_its_log CHECK (
        state = 'WRITING' OR method <> 'physical' OR (wal_start IS NOT NULL AND wal_lsn IS NOT NULL AND timeline IS NOT NULL));

-- A target whose write-ahead log is to be archived, until that is ended. What the job that does it last saw, for people.
CREATE TABLE wal_archive (
    id                bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id         bigint      REFERENCES target ON DELETE SET NULL,
    target            text        NOT NULL, -- the name, kept when the target is deleted: its segments stay
    depot             text        NOT NULL CHECK (depot <> ''),
    slot              text        NOT NULL CHECK (slot ~ '^[a-z0-9_]{1,63}$'),
    switch_seconds    integer     CHECK (switch_seconds > 0),
    declared_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    declared_by       text        NOT NULL, -- its jobs are theirs
    declared_via      text        NOT NULL,
    ended_at          timestamptz, -- nobody wants it any more
    released_at       timestamptz, -- and its slot is gone

    seen_at           timestamptz, -- by the target's clock
    system_identifier text,
    timeline          integer,
    segment_bytes     bigint      CHECK (segment_bytes > 0),
    server_lsn        text,
    slot_lsn          text,        -- from here on, the target keeps its log for us
    slot_status       text,
    problem           jsonb       CHECK (jsonb_typeof(problem) = 'object'),
    problem_since     timestamptz,

    CONSTRAINT released_when_ended CHECK (released_at IS NULL OR ended_at IS NOT NULL),
    CONSTRAINT problem_has_a_beginning CHECK ((problem IS NULL) = (problem_since IS NULL))
);
CREATE UNIQUE INDEX wal_archive_one_of_a_target ON wal_archive (target_id) WHERE released_at IS NULL;
CREATE INDEX wal_archive_of_target_id ON wal_archive (target_id) WHERE target_id IS NOT NULL;

-- What lies in depots of a cluster's log. A cluster is known by its own identifier: a target may become another one.
CREATE TABLE wal_segment (
    target            text        NOT NULL,
    system_identifier text        NOT NULL,
    name              text        NOT NULL CHECK (name ~ '^[0-9A-F]{24}$|^[0-9A-F]{8}\.history$'),
    timeline          integer     NOT NULL,
    number            bigint      CHECK (number >= 0), -- its place in the log; a history of timelines has none
    segment_bytes     bigint      NOT NULL CHECK (segment_bytes > 0),
    depot             text        NOT NULL,
    folder            text        NOT NULL,
    sha256            text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'), -- of the manifest
    content_sha256    text        NOT NULL CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
    bytes             bigint      NOT NULL CHECK (bytes >= 0), -- in the depot
    key_id            text,
    covers_until      timestamptz, -- all that was committed before, by the target's clock, is in this segment or an earlier one
    archived_at       timestamptz NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT segment_has_a_place CHECK ((number IS NULL) = (name LIKE '%.history')),
    PRIMARY KEY (target, system_identifier, name)
);
CREATE INDEX wal_segment_in_order ON wal_segment (target, system_identifier, number);
