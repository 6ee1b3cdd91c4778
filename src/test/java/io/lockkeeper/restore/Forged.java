package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.backup;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/// A backup in the depot of the tests, to be damaged: with its manifest as it was, or by somebody who can also write
/// manifests and the store.
final class Forged {
    final long id;
    final Path folder;

    Forged(long id) {
        this.id = id;
        this.folder = RestoreTests.DEPOT.resolve(backup(id).getString("folder"));
    }

    JsonObject manifest() throws IOException {
        return new JsonObject(Files.readString(folder.resolve("manifest.json")));
    }

    /// Where a file of the backup lies.
    Path stored(String name) throws IOException {
        return folder.resolve(entry(manifest(), name).getString("stored"));
    }

    List<String> names() throws IOException {
        return manifest().getJsonArray("files").stream()
                .map(file -> ((JsonObject) file).getString("name"))
                .toList();
    }

    static JsonObject entry(JsonObject manifest, String name) {
        JsonArray files = manifest.getJsonArray("files");
        return files.stream()
                .map(file -> (JsonObject) file)
                .filter(file -> file.getString("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Writes the manifest anew.
    ///
    /// @return its digest, for the store
    String rewrite(Consumer<JsonObject> change) throws IOException {
        JsonObject manifest = manifest();
        change.accept(manifest);
        return write(manifest.encodePrettily().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    String write(byte[] manifest) throws IOException {
        Files.write(folder.resolve("manifest.json"), manifest);
        return sha256(manifest);
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }
}
