package io.lockkeeper.depot;

import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/// One object, read through cuts of the line: what was read stays read, and the rest is asked for again.
final class S3Input extends InputStream {
    /// So much between two cuts, and patience begins anew.
    private static final long PROGRESS = 1024 * 1024;

    private final S3Calls calls;
    private final String key;
    private final String folder;
    private final String file;
    private final String what;
    private final String version;
    private final long length;
    private ResponseInputStream<GetObjectResponse> in;
    private long at;
    private long lastCut;
    private int cuts;

    private S3Input(S3Calls calls, String key, String folder, String file, ResponseInputStream<GetObjectResponse> in) {
        this.calls = calls;
        this.key = key;
        this.folder = folder;
        this.file = file;
        this.what = "read " + folder + "/" + file;
        this.in = in;
        this.version = in.response().eTag();
        this.length = in.response().contentLength();
    }

    static S3Input open(S3Calls calls, String key, String folder, String file) {
        try {
            return new S3Input(
                    calls,
                    key,
                    folder,
                    file,
                    calls.call(
                            "read " + folder + "/" + file,
                            client -> client.getObject(
                                    get -> get.bucket(calls.bucket()).key(key))));
        } catch (DepotFailure.Denied absent) {
            throw missing(calls, folder, file, absent);
        }
    }

    private static DepotFailure missing(S3Calls calls, String folder, String file, DepotFailure.Denied why) {
        return S3Failures.isMissing(why)
                ? new DepotFailure.Missing(calls.failures().depot(), folder, file)
                : why;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int size) {
        while (at < length) {
            try {
                int got = in.read(into, from, size);
                if (got >= 0) {
                    at += got;
                    return got;
                }
                resume(new IOException("the end came early"));
            } catch (IOException cut) {
                resume(cut);
            } catch (SdkException cut) {
                resume(new IOException(cut));
            }
        }
        return -1;
    }

    private void resume(IOException cut) {
        cuts = at - lastCut >= PROGRESS ? 1 : cuts + 1;
        lastCut = at;
        if (Thread.currentThread().isInterrupted()) {
            throw calls.failures().interrupted(what);
        }
        if (calls.patience().isOver(cuts)) {
            throw calls.failures().unreachable(what, cut);
        }
        in.abort();
        calls.pause(what, cuts + 1);
        try {
            in = calls.call(
                    what,
                    client -> client.getObject(get -> get.bucket(calls.bucket())
                            .key(key)
                            .range("bytes=" + at + "-")
                            .ifMatch(version)));
        } catch (DepotFailure.Denied gone) {
            if (S3Failures.is(gone, 412)) {
                throw new DepotFailure.Damaged(
                        calls.failures().depot(), folder, file, "was replaced while it was read", gone);
            }
            throw missing(calls, folder, file, gone);
        }
    }

    @Override
    public void close() {
        if (at < length) {
            in.abort(); // or it would read what is left
        }
        try {
            in.close();
        } catch (IOException | SdkException cut) {
            at = length;
        }
    }
}
