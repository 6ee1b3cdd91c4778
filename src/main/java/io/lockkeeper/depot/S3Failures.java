package io.lockkeeper.depot;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// What a server of S3, or the way to it, says, as failures of a depot. Its messages are not ours to repeat;
/// its codes are, if they look like codes.
record S3Failures(String depot) {
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9.]{1,60}");
    private static final Set<String> FULL = Set.of(
            "QuotaExceeded",
            "InsufficientStorage",
            "InsufficientCapacity",
            "XMinioStorageFull",
            "XMinioAdminBucketQuotaExceeded");
    /// What was said with a status that would mean that there is no use in trying again. The last three: what
    /// arrived was not what was sent.
    private static final Set<String> PASSING = Set.of(
            "SlowDown",
            "RequestTimeout",
            "Throttling",
            "ThrottlingException",
            "RequestLimitExceeded",
            "OperationAborted",
            "ConditionalRequestConflict",
            "IncompleteBody",
            "BadDigest",
            "XAmzContentSHA256Mismatch");

    DepotFailure of(String what, SdkException e) {
        return switch (e) {
            case AwsServiceException said -> said(what, said);
            case AbortedException stop -> interrupted(what);
            case ApiCallAttemptTimeoutException slow -> unavailable("the server took too long to " + what + ".", e);
            default -> client(what, e);
        };
    }

    private DepotFailure said(String what, AwsServiceException e) {
        String code = code(e);
        String sentence = "the server answered " + e.statusCode() + (code.isEmpty() ? "" : " " + code)
                + " when it was asked to " + what + ".";
        if (FULL.contains(code) || e.statusCode() == 507) {
            return new DepotFailure.Full(depot, sentence, e);
        }
        if (PASSING.contains(code) || e.statusCode() >= 500 && e.statusCode() != 501 || e.statusCode() == 429) {
            return unavailable(sentence, e);
        }
        String hint =
                switch (code) {
                    case "NoSuchBucket" -> " There is no such bucket.";
                    case "PermanentRedirect", "AuthorizationHeaderMalformed" -> " The region may be wrong.";
                    case "RequestTimeTooSkewed" -> " The clocks differ.";
                    case "EntityTooLarge" -> " It takes no files of this size.";
                    case "ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch" ->
                        " The credentials are wrong or have expired.";
                    default -> "";
                };
        return new DepotFailure.Denied(depot, sentence + hint, e);
    }

    private DepotFailure client(String what, SdkException e) {
        if (Stream.<Throwable>iterate(e, cause -> cause != null, Throwable::getCause)
                .anyMatch(S3Credentials.NotThere.class::isInstance)) {
            return new DepotFailure.Denied(depot, "there are no credentials to " + what + " with.", e);
        }
        if (Thread.currentThread().isInterrupted()) {
            return interrupted(what);
        }
        return unavailable("the server could not be reached to " + what + ", or the line was cut.", e);
    }

    DepotFailure unreachable(String what, IOException e) {
        return unavailable("the line was cut again and again when it was asked to " + what + ".", e);
    }

    DepotFailure interrupted(String what) {
        return unavailable("it was interrupted on the way to " + what + ".", null);
    }

    private DepotFailure unavailable(String sentence, Exception e) {
        return new DepotFailure.Unavailable(depot, sentence, e);
    }

    static boolean isMissing(DepotFailure failure) {
        return failure.getCause() instanceof S3Exception said
                && said.statusCode() == 404
                && !code(said).equals("NoSuchBucket");
    }

    static boolean is(DepotFailure failure, int status) {
        return failure.getCause() instanceof S3Exception said && said.statusCode() == status;
    }

    private static String code(AwsServiceException e) {
        return Optional.ofNullable(e.awsErrorDetails())
                .map(details -> details.errorCode())
                .filter(code -> CODE.matcher(code).matches())
                .orElse("");
    }
}
