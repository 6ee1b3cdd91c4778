package io.lockkeeper.depot;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// How files of an artifact are made smaller. Frames of zstd carry a checksum of their content.
public record Compression(Method method, int level) {
    private static final int BUFFER = 128 * 1024;

    public enum Method {
        ZSTD(1, 19, ".zst"),
        GZIP(1, 9, ".gz"),
        NONE(0, 0, "");

        private final int lowest;
        private final int highest;
        private final String suffix;

        Method(int lowest, int highest, String suffix) {
            this.lowest = lowest;
            this.highest = highest;
            this.suffix = suffix;
        }

        String written() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Compression {
        if (level < method.lowest || level > method.highest) {
            throw new IllegalArgumentException("the level of " + method.written() + " must be from " + method.lowest
                    + " to " + method.highest + ", not " + level);
        }
    }

    public static Compression zstd(int level) {
        return new Compression(Method.ZSTD, level);
    }

    public static Compression gzip(int level) {
        return new Compression(Method.GZIP, level);
    }

    public static Compression none() {
        return new Compression(Method.NONE, 0);
    }

    static Compression written(String method, int level) {
        return new Compression(Method.valueOf(method.toUpperCase(Locale.ROOT)), level);
    }

    String suffix() {
        return method.suffix;
    }

    OutputStream compressing(OutputStream out) throws IOException {
        return switch (method) {
            case ZSTD -> new ZstdOutputStreamNoFinalizer(out, level).setChecksum(true);
            case GZIP -> new Gzip(out, level);
            case NONE -> out;
        };
    }

    InputStream decompressing(InputStream in) throws IOException {
        return switch (method) {
            case ZSTD -> new ZstdInputStreamNoFinalizer(in);
            case GZIP -> new GZIPInputStream(in, BUFFER);
            case NONE -> in;
        };
    }

    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream out, int level) throws IOException {
            super(out, BUFFER);
            def.setLevel(level);
        }
    }
}
