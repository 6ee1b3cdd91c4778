package io.lockkeeper.migration;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// Files, known by what is in them: the same files have the same name however they were packed.
///
/// @param sha256 over the paths and contents in the order of the paths
/// @param files in the order of their paths
record Bundle(String sha256, List<BundleFile> files) {
    private static final byte[] FORM = "lockkeeper bundle 1\n".getBytes(StandardCharsets.US_ASCII);

    static Bundle of(List<BundleFile> unordered) {
        List<BundleFile> files = unordered.stream()
                .sorted(Comparator.comparing(BundleFile::path))
                .toList();
        return new Bundle(digest(files), files);
    }

    long bytes() {
        return files.stream().mapToLong(file -> file.content().length).sum();
    }

    private static String digest(List<BundleFile> files) {
        MessageDigest digest = newDigest();
        digest.update(FORM);
        for (BundleFile file : files) {
            part(digest, file.path().getBytes(StandardCharsets.UTF_8));
            part(digest, file.content());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// With its length before it, so that no two lists of files read the same.
    private static void part(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).flip());
        digest.update(bytes);
    }

    static String digest(byte[] content) {
        return HexFormat.of().formatHex(newDigest().digest(content));
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
