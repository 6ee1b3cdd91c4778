package io.lockkeeper.depot;

import java.util.regex.Pattern;

/// What may become a key in a bucket or a path in a directory. No part begins with a dot, so nothing leads
/// out.
final class Names {
    static final String MANIFEST = "manifest.json";
    static final String PARTIAL = ".partial";
    static final String CONFIGURED = "[a-z][a-z0-9-]{0,62}";

    private static final String PART = "[A-Za-z0-9_][A-Za-z0-9._-]{0,99}";
    private static final Pattern FOLDER = Pattern.compile(PART + "(?:/" + PART + "){0,3}");
    private static final Pattern FILE = Pattern.compile(PART + "(?:/" + PART + "){0,2}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private Names() {}

    static String folder(String name) {
        if (!FOLDER.matcher(name).matches() || name.contains(PARTIAL)) {
            throw new IllegalArgumentException("\"" + name + "\" cannot be a folder of a depot");
        }
        return name;
    }

    static String file(String name) {
        if (!FILE.matcher(name).matches() || name.equals(MANIFEST)) {
            throw new IllegalArgumentException("\"" + name + "\" cannot be a file of an artifact");
        }
        return name;
    }

    static String sha256(String digest) {
        if (!SHA256.matcher(digest).matches()) {
            throw new IllegalArgumentException("\"" + digest + "\" is not a SHA-256 in hex");
        }
        return digest;
    }

    static String configured(String property, String name) {
        if (!name.matches(CONFIGURED)) {
            throw new IllegalStateException(
                    property + "." + name + ": a name begins with a letter and has 1 to 63 of a-z, 0-9 and -.");
        }
        return name;
    }
}
