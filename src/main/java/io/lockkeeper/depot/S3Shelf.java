package io.lockkeeper.depot;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;

/// A bucket, or the part of one below a prefix. Objects cannot be renamed there; an artifact is one by its
/// manifest, which is written last.
final class S3Shelf implements Shelf {
    private static final int MOST_AT_ONCE = 1000;

    private final S3Calls calls;
    private final String prefix;

    /// @param prefix empty, or with a / at its end
    S3Shelf(S3Calls calls, String prefix) {
        this.calls = calls;
        this.prefix = prefix;
    }

    @Override
    public Draft draft(String folder) {
        if (isWhole(folder)) {
            throw new DepotFailure.Taken(calls.failures().depot(), folder, "an artifact");
        }
        return new S3Draft(this, calls, folder);
    }

    String key(String folder, String file) {
        return prefix + folder + "/" + file;
    }

    @Override
    public boolean isWhole(String folder) {
        try {
            calls.call(
                    "look at " + folder,
                    client -> client.headObject(
                            head -> head.bucket(calls.bucket()).key(key(folder, Names.MANIFEST))));
            return true;
        } catch (DepotFailure.Denied absent) {
            if (S3Failures.isMissing(absent)) {
                return false;
            }
            throw absent;
        }
    }

    @Override
    public InputStream open(String folder, String file) {
        return S3Input.open(calls, key(folder, file), folder, file);
    }

    @Override
    public Map<String, Long> sizes(String folder) {
        String below = key(folder, "");
        Map<String, Long> sizes = new TreeMap<>();
        String next = null;
        do {
            String from = next;
            ListObjectsV2Response page = calls.call(
                    "list " + folder,
                    client -> client.listObjectsV2(
                            list -> list.bucket(calls.bucket()).prefix(below).continuationToken(from)));
            for (S3Object object : page.contents()) {
                sizes.put(object.key().substring(below.length()), object.size());
            }
            next = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
        } while (next != null);
        return sizes;
    }

    @Override
    public void delete(String folder) {
        calls.call(
                "delete the manifest of " + folder,
                client -> client.deleteObject(
                        delete -> delete.bucket(calls.bucket()).key(key(folder, Names.MANIFEST))));
        sweep(folder);
    }

    @Override
    public boolean sweep(String folder) {
        boolean removed = abortUploads(folder);
        List<String> files = new ArrayList<>(sizes(folder).keySet());
        if (files.contains(Names.MANIFEST)) {
            return removed;
        }
        for (int from = 0; from < files.size(); from += MOST_AT_ONCE) {
            remove(folder, files.subList(from, Math.min(from + MOST_AT_ONCE, files.size())));
        }
        return removed || !files.isEmpty();
    }

    private void remove(String folder, List<String> files) {
        List<ObjectIdentifier> objects = files.stream()
                .map(file -> ObjectIdentifier.builder().key(key(folder, file)).build())
                .toList();
        DeleteObjectsResponse answer = calls.call(
                "delete " + folder,
                client -> client.deleteObjects(delete -> delete.bucket(calls.bucket())
                        .delete(all -> all.objects(objects).quiet(true))));
        if (answer.hasErrors() && !answer.errors().isEmpty()) {
            throw new DepotFailure.Denied(
                    calls.failures().depot(),
                    "the server did not delete " + answer.errors().size() + " files of " + folder + ".",
                    null);
        }
    }

    /// Parts of uploads that were never completed are in no listing, and are paid for.
    private boolean abortUploads(String folder) {
        String below = key(folder, "");
        boolean found = false;
        String[] next = {null, null};
        do {
            String[] from = next.clone();
            ListMultipartUploadsResponse page = calls.call(
                    "list uploads to " + folder,
                    client -> client.listMultipartUploads(list -> list.bucket(calls.bucket())
                            .prefix(below)
                            .keyMarker(from[0])
                            .uploadIdMarker(from[1])));
            for (MultipartUpload upload : page.uploads()) {
                if (upload.key().startsWith(below)) {
                    abort(upload.key(), upload.uploadId(), folder);
                    found = true;
                }
            }
            boolean more = Boolean.TRUE.equals(page.isTruncated());
            next = more ? new String[] {page.nextKeyMarker(), page.nextUploadIdMarker()} : new String[] {null, null};
        } while (next[0] != null);
        return found;
    }

    void abort(String key, String uploadId, String folder) {
        try {
            calls.call(
                    "abort an upload to " + folder,
                    client -> client.abortMultipartUpload(
                            abort -> abort.bucket(calls.bucket()).key(key).uploadId(uploadId)));
        } catch (DepotFailure.Denied gone) {
            if (!S3Failures.isMissing(gone)) {
                throw gone;
            }
        }
    }

    @Override
    public void look() {
        calls.call(
                "list " + (prefix.isEmpty() ? "the bucket" : prefix),
                client -> client.listObjectsV2(
                        list -> list.bucket(calls.bucket()).prefix(prefix).maxKeys(1)));
    }

    @Override
    public OptionalLong freeBytes() {
        return OptionalLong.empty();
    }

    @Override
    public void close() {
        calls.close();
    }
}
