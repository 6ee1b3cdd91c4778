package io.lockkeeper.depot;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The table of contents of an artifact, stored as `manifest.json`: without it there is none. It is not
/// sealed, so `about` must hold nothing that only those with the key may know.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Manifest(
        int format,
        String compression,
        int level,
        @Nullable String key,
        @Nullable String recipient,
        String read,
        List<StoredFile> files,
        Map<String, Object> about) {

    static final int FORMAT = 1;

    /// Its own: what lies in depots for years does not change with the rules of the API.
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    public Manifest {
        files = List.copyOf(files);
        Set<String> names = new HashSet<>();
        Set<String> stored = new HashSet<>();
        if (!files.stream().allMatch(file -> names.add(file.name()) && stored.add(file.stored()))) {
            throw new IllegalArgumentException("a file is there more than once");
        }
    }

    static Manifest of(Compression compression, @Nullable Key key, List<StoredFile> files, Map<String, Object> about) {
        return new Manifest(
                FORMAT,
                compression.method().written(),
                compression.level(),
                key == null ? null : key.id(),
                key == null ? null : key.recipient(),
                byHand(compression, key),
                files,
                about);
    }

    /// For the day on which there is no Lockkeeper.
    private static String byHand(Compression compression, @Nullable Key key) {
        String open = key == null ? "cat FILE" : "age --decrypt --identity KEY_FILE FILE";
        return switch (compression.method()) {
            case ZSTD -> open + " | zstd --decompress";
            case GZIP -> open + " | gzip --decompress";
            case NONE -> open;
        };
    }

    byte[] bytes() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException unwritable) {
            throw new IllegalArgumentException("what is told about the artifact cannot become JSON", unwritable);
        }
    }

    /// @throws IOException if these bytes are no manifest, or one of a format that is not known here
    static Manifest parse(byte[] bytes) throws IOException {
        Manifest manifest = JSON.readValue(bytes, Manifest.class);
        if (manifest.format() != FORMAT) {
            throw new IOException("format " + manifest.format());
        }
        return manifest;
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Streams.sha256().digest(bytes));
    }

    Compression packed() {
        return Compression.written(compression, level);
    }

    public Optional<StoredFile> file(String name) {
        return files.stream().filter(file -> file.name().equals(name)).findFirst();
    }

    /// What a reader of all files will get.
    public long totalBytes() {
        return files.stream().mapToLong(StoredFile::bytes).sum();
    }
}
