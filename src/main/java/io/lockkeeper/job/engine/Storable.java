package io.lockkeeper.job.engine;

import java.util.regex.Pattern;

/// Postgres stores any text but the character NUL. What targets and tools print may well contain it, and must not cost
/// a job its outcome.
final class Storable {
    private static final Pattern ESCAPED_NUL = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000");

    private Storable() {}

    static String json(String json) {
        return json.contains("\\u0000") ? ESCAPED_NUL.matcher(json).replaceAll("$1\\\\ufffd") : json;
    }
}
