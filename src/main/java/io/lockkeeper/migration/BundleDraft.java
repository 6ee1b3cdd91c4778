package io.lockkeeper.migration;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// A bundle in the making: takes file after file, and refuses the whole at the first that could mean two things, lead
/// out of it, or burst it.
final class BundleDraft {
    static final long LARGEST_UPLOAD = 16 << 20;
    static final long LARGEST_WHOLE = 64 << 20;
    private static final long LARGEST_FILE = 16 << 20;
    private static final int MOST_FILES = 10_000;
    private static final int LONGEST_PATH = 512;
    private static final int DEEPEST_PATH = 16;
    /// Text is rarely packed better than 1:20.
    private static final long LARGEST_RATIO = 200;
    private static final long ANY_RATIO_BELOW = 1 << 20;
    private static final int CHUNK = 1 << 14;

    private final long packed;
    private final List<BundleFile> files = new ArrayList<>();
    private final Map<String, String> seen = new HashMap<>();
    private long bytes;

    /// @param packed how many bytes were uploaded
    BundleDraft(long packed) {
        this.packed = packed;
    }

    /// @param name as it stands in the archive
    void add(String name, InputStream content) throws IOException {
        String path = path(name);
        remember(path, name);
        if (files.size() == MOST_FILES) {
            throw tooLarge("more than " + MOST_FILES + " files");
        }
        files.add(new BundleFile(path, read(path, content)));
    }

    /// A folder is nothing of its own, but its name has to be one.
    void addFolder(String name) {
        String bare = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        if (!bare.equals(".") && !bare.isEmpty()) {
            path(bare);
        }
    }

    Bundle bundle() {
        if (files.isEmpty()) {
            throw refused("There is no file in it");
        }
        return Bundle.of(files);
    }

    private void remember(String path, String name) {
        String folded = Normalizer.normalize(path, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
        String twin = seen.put(folded, path);
        if (twin != null) {
            throw refused(
                    path.equals(twin)
                            ? "The file " + shown(name) + " is in it twice"
                            : "The files " + shown(twin) + " and " + shown(path)
                                    + " are the same where case does not count");
        }
    }

    private byte[] read(String path, InputStream content) throws IOException {
        var whole = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        for (int n = content.read(chunk); n >= 0; n = content.read(chunk)) {
            whole.write(chunk, 0, n);
            bytes += n;
            if (whole.size() > LARGEST_FILE) {
                throw tooLarge("more than " + LARGEST_FILE + " bytes in " + shown(path));
            }
            refuseBomb();
        }
        return whole.toByteArray();
    }

    private void refuseBomb() {
        if (bytes > LARGEST_WHOLE) {
            throw tooLarge("more than " + LARGEST_WHOLE + " bytes when unpacked");
        }
        if (bytes > ANY_RATIO_BELOW && bytes / Math.max(1, packed) > LARGEST_RATIO) {
            throw refused("It unpacks to more than " + LARGEST_RATIO + " times its size, which no SQL does");
        }
    }

    private static String path(String name) {
        String path = name.startsWith("./") ? name.substring(2) : name;
        if (path.startsWith("/") || path.matches("^[A-Za-z]:.*")) {
            throw refused("The path " + shown(name) + " is absolute; paths begin in the bundle");
        }
        if (path.indexOf('\\') >= 0 || path.chars().anyMatch(Character::isISOControl) || path.indexOf('\uFFFD') >= 0) {
            throw refused("The path " + shown(name) + " holds a backslash, a control character or bytes that are not"
                    + " UTF-8");
        }
        String[] parts = path.split("/", -1);
        if (Arrays.stream(parts).anyMatch(part -> part.equals("..") || part.equals(".") || part.isEmpty())) {
            throw refused("The path " + shown(name) + " has a part that is empty, . or ..");
        }
        if (parts.length > DEEPEST_PATH || path.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
            throw refused("The path " + shown(name) + " is deeper than " + DEEPEST_PATH + " parts or longer than "
                    + LONGEST_PATH + " bytes");
        }
        return path;
    }

    static Refused refused(String why) {
        return new Refused(Problem.unprocessable("bundle-refused", why + "."));
    }

    static Refused tooLarge(String what) {
        return new Refused(
                Problem.of(413, "bundle-too-large", "Bundle too large", "A bundle may not hold " + what + "."));
    }

    /// Somebody else's text, for people's eyes.
    static String shown(String name) {
        String safe = name.chars()
                .limit(120)
                .mapToObj(c -> Character.isISOControl(c) ? "?" : Character.toString(c))
                .collect(Collectors.joining());
        return '"' + safe + (name.length() > 120 ? "..." : "") + '"';
    }
}
