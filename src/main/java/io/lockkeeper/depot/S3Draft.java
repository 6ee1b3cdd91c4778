package io.lockkeeper.depot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.core.sync.RequestBody;

/// Objects below a folder that has no manifest yet.
final class S3Draft implements Draft {
    private final S3Shelf shelf;
    private final S3Calls calls;
    private final String folder;
    private final Set<S3Upload> open = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> stored = new ConcurrentHashMap<>();
    private volatile boolean somebodyElses;
    private volatile boolean published;

    S3Draft(S3Shelf shelf, S3Calls calls, String folder) {
        this.shelf = shelf;
        this.calls = calls;
        this.folder = folder;
    }

    @Override
    public OutputStream create(String file) {
        S3Upload upload = new S3Upload(calls, shelf.key(folder, file), folder + "/" + file, (done, size) -> {
            stored.put(file, size);
            open.remove(done);
        });
        open.add(upload);
        return upload;
    }

    /// A server that has accepted everything may still not show it; what it does not show now, nobody finds
    /// later.
    @Override
    public void publish(byte[] manifest) {
        Map<String, Long> there = shelf.sizes(folder);
        stored.forEach((file, size) -> {
            if (!size.equals(there.get(file))) {
                throw new DepotFailure.Unavailable(
                        calls.failures().depot(),
                        "the file " + folder + "/" + file + " was accepted and is not there.",
                        null);
            }
        });
        try {
            put(manifest, true);
        } catch (DepotFailure.Denied refused) {
            if (S3Failures.is(refused, 501)) {
                put(manifest, false); // a server that does not know If-None-Match; we looked when we began
            } else if (!S3Failures.is(refused, 412)) {
                throw refused;
            } else if (!isOurs(manifest)) {
                somebodyElses = true;
                throw new DepotFailure.Taken(calls.failures().depot(), folder, "an artifact");
            }
        }
        published = true;
    }

    private void put(byte[] manifest, boolean onlyIfNew) {
        calls.call(
                "write the manifest of " + folder,
                client -> client.putObject(
                        put -> put.bucket(calls.bucket())
                                .key(shelf.key(folder, Names.MANIFEST))
                                .ifNoneMatch(onlyIfNew ? "*" : null)
                                .contentMD5(S3Sending.md5(manifest, manifest.length)),
                        RequestBody.fromBytes(manifest)));
    }

    /// Our first attempt may have succeeded, and its answer been lost.
    private boolean isOurs(byte[] manifest) {
        try (InputStream in = shelf.open(folder, Names.MANIFEST)) {
            return Arrays.equals(in.readNBytes(manifest.length + 1), manifest);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void discard() {
        open.forEach(S3Upload::giveUp);
        if (somebodyElses) {
            return;
        }
        open.forEach(upload -> upload.uploadId().ifPresent(id -> shelf.abort(upload.key(), id, folder)));
        if (!published) {
            shelf.delete(folder);
        }
    }
}
