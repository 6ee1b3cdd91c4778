package io.lockkeeper.depot;

import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/// One body on its way, on a thread of its own. A virtual one: only these can be interrupted while they send.
final class S3Sending {
    private static final Duration LONGEST = Duration.ofMinutes(30);
    private static final long SLOWEST = 64 * 1024;

    private final S3Calls calls;
    private final String key;
    private final String what;
    private final @Nullable String uploadId;
    private final int part;
    private final byte[] bytes;
    private final int length;
    private final Thread thread;
    private volatile @Nullable CompletedPart result;
    private volatile @Nullable RuntimeException failure;

    /// @param uploadId null for an object that is sent whole
    /// @param part its number, from 1
    S3Sending(S3Calls calls, String key, String what, @Nullable String uploadId, int part, byte[] bytes, int length) {
        this.calls = calls;
        this.key = key;
        this.what = what;
        this.uploadId = uploadId;
        this.part = part;
        this.bytes = bytes;
        this.length = length;
        this.thread = Thread.ofVirtual().name("send-" + key).start(this::run);
    }

    byte[] bytes() {
        return bytes;
    }

    void interrupt() {
        thread.interrupt();
    }

    private void run() {
        try {
            String md5 = md5(bytes, length);
            result = uploadId == null ? whole(md5) : part(md5);
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private CompletedPart whole(String md5) {
        calls.call(
                what,
                client -> client.putObject(
                        put -> put.bucket(calls.bucket())
                                .key(key)
                                .contentMD5(md5)
                                .overrideConfiguration(limits -> limits.apiCallAttemptTimeout(longest())),
                        body()));
        return CompletedPart.builder().build();
    }

    private CompletedPart part(String md5) {
        String tag = calls.call(
                        what,
                        client -> client.uploadPart(
                                upload -> upload.bucket(calls.bucket())
                                        .key(key)
                                        .uploadId(uploadId)
                                        .partNumber(part)
                                        .contentMD5(md5)
                                        .overrideConfiguration(limits -> limits.apiCallAttemptTimeout(longest())),
                                body()))
                .eTag();
        return CompletedPart.builder().partNumber(part).eTag(tag).build();
    }

    private Duration longest() {
        return Duration.ofMinutes(1).plusSeconds(length / SLOWEST);
    }

    private RequestBody body() {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(bytes, 0, length), length, "application/octet-stream");
    }

    CompletedPart await() {
        try {
            if (!thread.join(
                    LONGEST.plus(longest().multipliedBy(calls.patience().attempts())))) {
                throw calls.failures().interrupted(what);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw calls.failures().interrupted(what);
        }
        if (failure != null) {
            throw failure;
        }
        return result;
    }

    static String md5(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5"); // for the line, not against anybody
            digest.update(bytes, 0, length);
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
