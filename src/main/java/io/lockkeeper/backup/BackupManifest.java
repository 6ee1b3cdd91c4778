package io.lockkeeper.backup;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.postgres.Lsn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the server says it sent: `backup_manifest`, with size and SHA-256 of every file and the log that a restore
/// needs. Its last line is a digest of all before it.
record BackupManifest(
        Map<String, FilesSeen.File> files,
        List<WalRange> wal,
        @Nullable String systemIdentifier) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] CHECKSUM = "\"Manifest-Checksum\"".getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_NAMED = 5;

    /// A stretch of the log, all of one timeline.
    record WalRange(int timeline, Lsn start, Lsn end) {}

    /// File by file: a large cluster has a million.
    static BackupManifest parse(byte[] bytes) throws IOException {
        Map<String, FilesSeen.File> files = new HashMap<>();
        List<WalRange> wal = new ArrayList<>();
        String cluster = null;
        String digest = "";
        try (JsonParser json = JSON.createParser(bytes)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "Files" -> each(json, file -> files.put(path(file), said(file)));
                    case "WAL-Ranges" -> each(json, range -> wal.add(range(range)));
                    case "System-Identifier" -> cluster = json.getText();
                    case "Manifest-Checksum" -> digest = json.getText();
                    default -> json.skipChildren();
                }
            }
        }
        demandItsOwnDigest(bytes, digest);
        if (files.isEmpty() || wal.isEmpty()) {
            throw new IOException("the manifest names no files or no log");
        }
        return new BackupManifest(files, wal, cluster);
    }

    private interface Taker {
        void take(JsonNode node) throws IOException;
    }

    private static void each(JsonParser json, Taker taker) throws IOException {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            taker.take(JSON.readTree(json));
        }
    }

    private static FilesSeen.File said(JsonNode file) throws IOException {
        if (!file.path("Checksum-Algorithm").asText().equals("SHA256")) {
            throw new IOException("the manifest has a file without SHA-256: " + path(file));
        }
        return new FilesSeen.File(
                file.path("Size").asLong(-1), file.path("Checksum").asText());
    }

    private static WalRange range(JsonNode range) {
        return new WalRange(
                range.path("Timeline").asInt(),
                Lsn.parse(range.path("Start-LSN").asText()),
                Lsn.parse(range.path("End-LSN").asText()));
    }

    private static String path(JsonNode file) {
        return file.has("Encoded-Path")
                ? new String(HexFormat.of().parseHex(file.path("Encoded-Path").asText()), StandardCharsets.UTF_8)
                : file.path("Path").asText();
    }

    /// Of all lines but its own.
    private static void demandItsOwnDigest(byte[] bytes, String said) throws IOException {
        int at = bytes.length - CHECKSUM.length;
        while (at >= 0 && !java.util.Arrays.equals(bytes, at, at + CHECKSUM.length, CHECKSUM, 0, CHECKSUM.length)) {
            at--;
        }
        var digest = FilesSeen.sha256();
        digest.update(bytes, 0, Math.max(0, at));
        if (!HexFormat.of().formatHex(digest.digest()).equals(said)) {
            throw new IOException("the manifest does not have the digest that it says it has");
        }
    }

    /// What is wrong with these files, in one sentence; nothing: they are what the server said, all of them
    /// and no more.
    Optional<String> difference(Map<String, FilesSeen.File> seen) {
        List<String> wrong = new ArrayList<>();
        files.forEach((path, said) -> {
            FilesSeen.File there = seen.get(path);
            if (there == null) {
                wrong.add(path + " is missing");
            } else if (there.size() != said.size()) {
                wrong.add(path + " has " + there.size() + " bytes instead of " + said.size());
            } else if (!there.sha256().equals(said.sha256())) {
                wrong.add(path + " has another SHA-256");
            }
        });
        seen.keySet().stream()
                .filter(path -> !files.containsKey(path))
                .forEach(path -> wrong.add(path + " is not in the manifest"));
        if (wrong.isEmpty()) {
            return Optional.empty();
        }
        String more = wrong.size() > MOST_NAMED ? ", and " + (wrong.size() - MOST_NAMED) + " more" : "";
        return Optional.of(
                String.join(", ", wrong.stream().sorted().limit(MOST_NAMED).toList()) + more);
    }

    WalRange lastWal() {
        return wal.getLast();
    }
}
