package io.lockkeeper.migration;

import static io.lockkeeper.migration.BundleDraft.refused;
import static io.lockkeeper.migration.BundleDraft.shown;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/// Reads archives that anybody may have made: nothing is unpacked to a disk, and whatever is no plain file is refused.
final class BundleArchives {
    private static final int KIND_OF_FILE = 0xF000;
    private static final int PLAIN = 0x8000;
    private static final int FOLDER = 0x4000;

    private BundleArchives() {}

    /// By its directory at the end, which is the only place that tells of links.
    static Bundle zip(Path upload) throws IOException {
        BundleDraft draft = new BundleDraft(Files.size(upload));
        try (ZipFile zip = ZipFile.builder()
                .setPath(upload)
                .setCharset(StandardCharsets.UTF_8)
                .setUseUnicodeExtraFields(false)
                .get()) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
                add(zip, entry, draft);
            }
        } catch (IllegalArgumentException | IOException broken) {
            throw unreadable("zip", broken);
        }
        return draft.bundle();
    }

    private static void add(ZipFile zip, ZipArchiveEntry entry, BundleDraft draft) throws IOException {
        String name = name(entry.getRawName());
        int kind = entry.getUnixMode() & KIND_OF_FILE;
        if (entry.isUnixSymlink() || kind != 0 && kind != PLAIN && kind != FOLDER) {
            throw noPlainFile(name);
        }
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw refused("The file " + shown(name) + " is encrypted");
        }
        if (entry.isDirectory() || kind == FOLDER) {
            draft.addFolder(name);
            return;
        }
        if (!zip.canReadEntryData(entry)) {
            throw refused("The file " + shown(name) + " is packed in a way that is not known here");
        }
        try (InputStream content = zip.getInputStream(entry)) {
            draft.add(name, content);
        }
    }

    private static String name(byte[] raw) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString();
        } catch (CharacterCodingException other) {
            throw refused("The path " + shown(new String(raw, StandardCharsets.ISO_8859_1)) + " is not UTF-8");
        }
    }

    static Bundle tarGz(Path upload) throws IOException {
        BundleDraft draft = new BundleDraft(Files.size(upload));
        try (InputStream file = new BufferedInputStream(Files.newInputStream(upload));
                InputStream plain = GzipCompressorInputStream.builder()
                        .setInputStream(file)
                        .setDecompressConcatenated(true)
                        .get();
                TarArchiveInputStream tar = new TarArchiveInputStream(plain, StandardCharsets.UTF_8.name())) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                add(tar, entry, draft);
            }
        } catch (IllegalArgumentException | IOException broken) {
            throw unreadable("gzipped tar", broken);
        }
        return draft.bundle();
    }

    private static void add(TarArchiveInputStream tar, TarArchiveEntry entry, BundleDraft draft) throws IOException {
        String name = entry.getName();
        if (entry.isDirectory()) {
            draft.addFolder(name);
            return;
        }
        boolean plain = entry.isFile() && !entry.isSymbolicLink() && !entry.isLink() && !entry.isSparse();
        if (!plain || entry.isCharacterDevice() || entry.isBlockDevice() || entry.isFIFO()) {
            throw noPlainFile(name);
        }
        draft.add(name, tar);
    }

    private static RuntimeException noPlainFile(String name) {
        return refused("The entry " + shown(name) + " is no plain file (a link or a device)");
    }

    private static RuntimeException unreadable(String what, Exception why) {
        return refused("It cannot be read as a " + what + " (" + shown(String.valueOf(why.getMessage())) + ")");
    }
}
