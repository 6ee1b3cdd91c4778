package io.lockkeeper.depot;

import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/// Calls to one bucket. Each is made again while that may help, and fails in the depot's words.
final class S3Calls implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(S3Calls.class);

    private final String bucket;
    private final S3Failures failures;
    private final Patience patience;
    private final Supplier<S3Client> connect;
    private S3Client client;

    S3Calls(String bucket, S3Failures failures, Patience patience, Supplier<S3Client> connect) {
        this.bucket = bucket;
        this.failures = failures;
        this.patience = patience;
        this.connect = connect;
    }

    String bucket() {
        return bucket;
    }

    Patience patience() {
        return patience;
    }

    S3Failures failures() {
        return failures;
    }

    /// What is done must be harmless when it is done twice: an answer may be lost.
    <T> T call(String what, Function<S3Client, T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return work.apply(client());
            } catch (SdkException e) {
                DepotFailure failure = failures.of(what, e);
                if (!failure.mayPass()
                        || patience.isOver(attempt)
                        || Thread.currentThread().isInterrupted()) {
                    throw failure;
                }
                LOG.debugf("%s (attempt %d)", failure.getMessage(), attempt);
                pause(what, attempt + 1);
            }
        }
    }

    void pause(String what, int attempt) {
        try {
            patience.beforeAttempt(attempt);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw failures.interrupted(what);
        }
    }

    private synchronized S3Client client() {
        if (client == null) {
            client = connect.get(); // takes about a second, which no start of Lockkeeper should wait for
        }
        return client;
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
        }
    }
}
