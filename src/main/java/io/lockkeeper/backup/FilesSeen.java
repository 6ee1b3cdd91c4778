package io.lockkeeper.backup;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Reads the tars of a physical backup along as they pass, and remembers size and digest of every file in them. For one
/// thread.
final class FilesSeen {
    private static final int BUFFER = 256 * 1024;

    private final Map<String, File> files = new HashMap<>();
    private final byte[] buffer = new byte[BUFFER];
    private String broken;

    record File(long size, String sha256) {}

    /// Reads one tar to the end of the stream.
    ///
    /// @param prefix where its files belong in the cluster, `` or `pg_tblspc/<oid>/`
    void read(InputStream in, String prefix) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8"); // the stream is not ours to close
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            if (!entry.isCheckSumOK()) {
                broken = "the head of an entry is damaged";
            }
            if (entry.isFile() && !entry.isSymbolicLink()) {
                see(prefix + entry.getName(), tar);
            }
        }
        demandNothingBehindTheEnd(in);
    }

    private void see(String path, InputStream content) throws IOException {
        MessageDigest digest = sha256();
        long size = 0;
        for (int length = content.read(buffer); length >= 0; length = content.read(buffer)) {
            digest.update(buffer, 0, length);
            size += length;
        }
        if (files.put(path, new File(size, HexFormat.of().formatHex(digest.digest()))) != null) {
            broken = "the file " + path + " is there twice";
        }
    }

    private void demandNothingBehindTheEnd(InputStream in) throws IOException {
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            for (int i = 0; i < length; i++) {
                if (buffer[i] != 0) {
                    broken = "there is something behind the end of an archive";
                }
            }
        }
    }

    Map<String, File> files() throws IOException {
        if (broken != null) {
            throw new IOException(broken);
        }
        return Map.copyOf(files);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }
}
