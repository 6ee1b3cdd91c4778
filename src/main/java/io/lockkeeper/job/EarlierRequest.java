package io.lockkeeper.job;

import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.job.table.JobReads;
import io.lockkeeper.job.table.NewJob;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Pool;
import java.security.MessageDigest;
import java.util.Optional;

/// What an earlier request with the same idempotency key has started.
final class EarlierRequest {
    private static final String JOB = "job/";

    private EarlierRequest() {}

    /// @throws io.lockkeeper.http.Refused if the key was used for another request
    static Uni<Optional<Long>> jobOf(Pool store, NewJob.Origin by, NewJob.Once once) {
        return Jobs.uni(JobReads.firstUseOf(store, by.subject(), once.key()))
                .map(first -> first.map(use -> jobOf(use, once)));
    }

    private static long jobOf(JobReads.FirstUse use, NewJob.Once once) {
        if (!MessageDigest.isEqual(use.digest(), once.digest()) || !use.object().startsWith(JOB)) {
            throw IdempotencyKey.reused();
        }
        return Long.parseLong(use.object().substring(JOB.length()));
    }
}
