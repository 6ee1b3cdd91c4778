package io.lockkeeper.job.table;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// Takes up to n queued jobs in one statement and puts them under the worker's lease. Under a lease that ran out it
/// takes none: a process that was asleep may not know yet.
///
/// Most jobs share nothing and come from the lane ''. For the others it looks at each lane once, however many jobs wait
/// there: a lane that is taken, or that another instance is choosing from at this moment, is passed over. From a lane
/// of exclusive jobs it takes the first one, and never more jobs of a target than it has free places. Nothing here
/// waits for a lock; the unique indexes are the last word.
public final class ClaimJobs {
    private static final String CLAIM_JOBS = """
            WITH RECURSIVE lane (lane) AS (
                (SELECT lane FROM job WHERE state = 'QUEUED' AND lane > '' ORDER BY lane LIMIT 1)
              UNION ALL
                SELECT (SELECT j.lane FROM job j WHERE j.state = 'QUEUED' AND j.lane > lane.lane ORDER BY j.lane LIMIT 1)
                FROM lane
                WHERE lane.lane IS NOT NULL
            ), free_lane AS MATERIALIZED (
                SELECT lane
                FROM lane
                WHERE lane IS NOT NULL
                  AND NOT EXISTS (SELECT FROM job r
                                  WHERE r.lane = lane.lane AND r.exclusive AND r.state IN ('RUNNING', 'CANCELLING'))
            ), open_lane AS MATERIALIZED (
                SELECT lane
                FROM free_lane
                WHERE pg_try_advisory_xact_lock(7626734, hashtext(split_part(lane, '/', 1)))
            ), sharing_nothing AS MATERIALIZED (
                SELECT id, NULL::integer AS slot, priority
                FROM job
                WHERE state = 'QUEUED' AND lane = '' AND kind = ANY ($4)
                ORDER BY priority DESC, id
                LIMIT $3
                FOR UPDATE SKIP LOCKED
            ), first_of_lane AS MATERIALIZED (
                SELECT j.id, j.target_id,
                       row_number() OVER (PARTITION BY j.target_id ORDER BY j.priority DESC, j.id) AS nth
                FROM open_lane o
                     CROSS JOIN LATERAL (
                         SELECT q.id, q.target_id, q.priority
                         FROM job q
                         WHERE q.state = 'QUEUED' AND q.lane = o.lane AND q.kind = ANY ($4)
                         ORDER BY q.priority DESC, q.id
                         LIMIT CASE WHEN o.lane LIKE '%/%' THEN 1 ELSE $3 END) j
            ), place AS (
                SELECT t.id AS target_id, s.slot, row_number() OVER (PARTITION BY t.id ORDER BY s.slot) AS nth
                FROM target t CROSS JOIN LATERAL generate_series(1, t.limit_jobs) AS s (slot)
                WHERE t.id IN (SELECT target_id FROM first_of_lane)
                  AND t.labels @> $5
                  AND NOT EXISTS (SELECT FROM job r
                                  WHERE r.target_id = t.id AND r.slot = s.slot AND r.state IN ('RUNNING', 'CANCELLING'))
            ), sharing AS MATERIALIZED (
                SELECT j.id, p.slot, j.priority
                FROM first_of_lane f
                     LEFT JOIN place p ON p.target_id = f.target_id AND p.nth = f.nth
                     CROSS JOIN LATERAL (
                         SELECT q.id, q.priority FROM job q WHERE q.id = f.id AND q.state = 'QUEUED'
                         FOR UPDATE SKIP LOCKED) j
                WHERE f.target_id IS NULL OR p.slot IS NOT NULL
            ), chosen AS (
                SELECT id, slot
                FROM (TABLE sharing_nothing UNION ALL TABLE sharing) AS either
                WHERE EXISTS (SELECT FROM worker w WHERE w.id = $1 AND w.lease_until > clock_timestamp() + interval '500 milliseconds')
                ORDER BY priority DESC, id
                LIMIT $3
            )
            UPDATE job
            SET state = 'RUNNING', reason = NULL, attempt = attempt + 1, lease = lease + 1, worker_id = $1, worker = $2,
                slot = chosen.slot, started_at = coalesce(started_at, clock_timestamp())
            FROM chosen
            WHERE job.id = chosen.id
            RETURNING job.id, job.lease, job.attempt, job.max_attempts, job.kind, job.target_id, job.target, job.lane,
                      job.spec::text AS spec, job.deadline_at, job.created_at
            """;

    private ClaimJobs() {}

    /// A job under our lease. Every later write of it carries `lease`, and is void once somebody else has raised it.
    public record Claimed(
            long id,
            int lease,
            int attempt,
            int maxAttempts,
            String kind,
            Long targetId,
            String target,
            String lane,
            String spec,
            OffsetDateTime deadline,
            OffsetDateTime createdAt) {}

    public record Claimant(UUID workerId, String workerName, Set<String> kinds, Map<String, String> labels) {}

    public static Future<List<Claimed>> on(SqlClient store, Claimant claimant, int most) {
        Tuple who = Tuple.tuple()
                .addUUID(claimant.workerId())
                .addString(claimant.workerName())
                .addInteger(most)
                .addArrayOfString(claimant.kinds().toArray(String[]::new))
                .addValue(new JsonObject(Map.copyOf(claimant.labels())));
        return store.preparedQuery(CLAIM_JOBS).execute(who).map(rows -> {
            List<Claimed> claimed = new ArrayList<>(rows.size());
            for (Row row : rows) {
                claimed.add(new Claimed(
                        row.getLong(0),
                        row.getInteger(1),
                        row.getInteger(2),
                        row.getInteger(3),
                        row.getString(4),
                        row.getLong(5),
                        row.getString(6),
                        row.getString(7),
                        row.getString(8),
                        row.getOffsetDateTime(9),
                        row.getOffsetDateTime(10)));
            }
            return claimed;
        });
    }
}
