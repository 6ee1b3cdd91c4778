package io.lockkeeper.restore;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/// Puts the dump of one backup in the place of another's, and leaves that its fingerprint.
final class Swapped {
    private static final String FINGERPRINT = "fingerprint.json";
    private static final String MANIFEST = "manifest.json";

    private Swapped() {}

    /// @return the SHA-256 of the manifest, which fits
    static String dump(Path folder, Path other) throws Exception {
        JsonObject manifest = new JsonObject(Files.readString(folder.resolve(MANIFEST)));
        JsonArray files = new JsonArray();
        for (Object each : manifest.getJsonArray("files")) {
            JsonObject file = (JsonObject) each;
            if (file.getString("name").equals(FINGERPRINT)) {
                files.add(file);
            } else {
                Files.delete(folder.resolve(file.getString("stored")));
            }
        }
        for (Object each : new JsonObject(Files.readString(other.resolve(MANIFEST))).getJsonArray("files")) {
            JsonObject file = (JsonObject) each;
            if (!file.getString("name").equals(FINGERPRINT)) {
                files.add(file);
                String stored = file.getString("stored");
                Files.copy(other.resolve(stored), folder.resolve(stored), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        byte[] text = manifest.put("files", files).encodePrettily().getBytes();
        Files.write(folder.resolve(MANIFEST), text);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    }
}
