package io.lockkeeper.migration;

import io.lockkeeper.http.StrictReader;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// From the bytes of a request to a bundle. Archives wait in a file until all of them is there: a zip says at its end
/// what is in it.
@Singleton
class BundleUpload {
    static final String ZIP = "application/zip";
    static final String GZIP = "application/gzip";
    private static final int CHUNK = 1 << 16;

    private final StrictReader reader;

    BundleUpload(StrictReader reader) {
        this.reader = reader;
    }

    private interface Archive {
        Bundle read(Path upload) throws IOException;
    }

    Bundle read(String mediaType, InputStream body) throws IOException {
        return switch (mediaType) {
            case ZIP -> spooled(body, BundleArchives::zip);
            case GZIP -> spooled(body, BundleArchives::tarGz);
            default -> reader.read(body.readAllBytes(), BundleSpec.class).bundle();
        };
    }

    private static Bundle spooled(InputStream body, Archive archive) throws IOException {
        Path upload = Files.createTempFile("lockkeeper-bundle", null);
        try {
            spool(body, upload);
            return archive.read(upload);
        } finally {
            Files.deleteIfExists(upload);
        }
    }

    private static void spool(InputStream body, Path upload) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long bytes = 0;
        try (OutputStream out = Files.newOutputStream(upload)) {
            for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
                bytes += n;
                if (bytes > BundleDraft.LARGEST_UPLOAD) {
                    throw BundleDraft.tooLarge("more than " + BundleDraft.LARGEST_UPLOAD + " bytes as it is uploaded");
                }
                out.write(chunk, 0, n);
            }
        }
    }
}
