package io.lockkeeper.depot;

import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/// One object on its way. What fits into a part goes as it is; of what is larger, one part is sent while the
/// next one is gathered, so that there are never more than two of them in memory.
final class S3Upload extends OutputStream {
    private static final int FIRST_BUFFER = 256 * 1024;
    /// Servers put the parts together before they answer.
    private static final Duration LONGEST_COMPLETION = Duration.ofMinutes(10);

    private final S3Calls calls;
    private final String key;
    private final String what;
    private final ObjLongConsumer<S3Upload> done;
    private final List<CompletedPart> parts = new ArrayList<>();
    private byte[] buffer = new byte[FIRST_BUFFER];
    private int filled;
    private long sent;
    private volatile @Nullable S3Sending sending;
    private volatile @Nullable String uploadId;
    private volatile boolean givenUp;
    private boolean closed;

    S3Upload(S3Calls calls, String key, String file, ObjLongConsumer<S3Upload> done) {
        this.calls = calls;
        this.key = key;
        this.what = "write " + file;
        this.done = done;
    }

    String key() {
        return key;
    }

    Optional<String> uploadId() {
        return Optional.ofNullable(uploadId);
    }

    @Override
    public void write(int oneByte) {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        int at = from;
        while (at < from + length) {
            makeRoom();
            int some = Math.min(from + length - at, buffer.length - filled);
            System.arraycopy(bytes, at, buffer, filled, some);
            filled += some;
            at += some;
        }
    }

    private void makeRoom() {
        int partSize = PartSizes.of(parts.size() + (sending == null ? 1 : 2));
        if (filled == partSize) {
            sendPart();
        } else if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, (int) Math.min(2L * buffer.length, partSize));
        }
    }

    /// Waits for the part before this one.
    private void sendPart() {
        if (uploadId == null) {
            uploadId = calls.call(
                            what,
                            client -> client.createMultipartUpload(
                                    create -> create.bucket(calls.bucket()).key(key)))
                    .uploadId();
        }
        byte[] free = awaitSending();
        if (parts.size() == PartSizes.MOST_PARTS) {
            throw new DepotFailure.Denied(
                    calls.failures().depot(),
                    "a file on S3 has at most 5 TiB, which is not enough to " + what + ".",
                    null);
        }
        sending = new S3Sending(calls, key, what, uploadId, parts.size() + 1, buffer, filled);
        sent += filled;
        buffer = free.length == 0 ? new byte[FIRST_BUFFER] : free;
        filled = 0;
    }

    /// The buffer that is free now.
    private byte[] awaitSending() {
        if (sending == null) {
            return new byte[0];
        }
        parts.add(sending.await());
        byte[] free = sending.bytes();
        sending = null;
        return free;
    }

    @Override
    public void close() {
        if (closed || givenUp) {
            return;
        }
        closed = true;
        if (uploadId == null) {
            sent = filled;
            new S3Sending(calls, key, what, null, 0, buffer, filled).await();
        } else {
            if (filled > 0) {
                sendPart();
            }
            awaitSending();
            complete();
        }
        buffer = new byte[0];
        done.accept(this, sent);
    }

    private void complete() {
        try {
            calls.call(
                    what,
                    client -> client.completeMultipartUpload(complete -> complete.bucket(calls.bucket())
                            .key(key)
                            .uploadId(uploadId)
                            .overrideConfiguration(limits -> limits.apiCallAttemptTimeout(LONGEST_COMPLETION))
                            .multipartUpload(all -> all.parts(parts))));
        } catch (DepotFailure.Denied gone) {
            if (!S3Failures.isMissing(gone) || !isThere()) {
                throw gone;
            }
        }
    }

    /// Our first attempt may have succeeded, and its answer been lost.
    private boolean isThere() {
        return calls.call(
                                what,
                                client -> client.headObject(
                                        head -> head.bucket(calls.bucket()).key(key)))
                        .contentLength()
                == sent;
    }

    /// From any thread.
    void giveUp() {
        givenUp = true;
        S3Sending now = sending;
        if (now != null) {
            now.interrupt();
        }
    }
}
