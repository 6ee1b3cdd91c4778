package io.lockkeeper.backup;

import io.lockkeeper.depot.ArtifactWriter;
import java.io.IOException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Many small files as one. From any thread.
final class SmallFiles {
    private final ArtifactWriter writer;
    private final String name;
    private TarArchiveOutputStream tar;

    SmallFiles(ArtifactWriter writer, String name) {
        this.writer = writer;
        this.name = name;
    }

    synchronized void add(String file, byte[] content, int length) throws IOException {
        if (tar == null) {
            tar = new TarArchiveOutputStream(writer.file(name), "UTF-8");
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        }
        TarArchiveEntry entry = new TarArchiveEntry(file);
        entry.setSize(length);
        entry.setMode(0600);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.write(content, 0, length);
        tar.closeArchiveEntry();
    }

    synchronized void close() throws IOException {
        if (tar != null) {
            tar.close();
        }
    }
}
