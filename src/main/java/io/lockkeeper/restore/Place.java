package io.lockkeeper.restore;

import io.lockkeeper.dump.ArchiveToc;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What of a dump something is about.
///
/// @param type as `pg_dump` calls it: `TABLE DATA`, `FK CONSTRAINT`
record Place(String type, @Nullable String schema, String name) {
    private static final Pattern COMMENT =
            Pattern.compile("-- (?:Data for )?Name: (.*?); Type: ([A-Z ]+); Schema: (.*?); Owner:.*");
    private static final String NO_SCHEMA = "-";

    /// By the SQL that was refused, if it is there as a whole: processes that restore side by side talk
    /// at the same time, so that an entry may be named for what happened at another one.
    static @Nullable Place of(RestoreFault fault, ArchiveToc contents) {
        return contents.entries().stream()
                .filter(entry ->
                        !fault.command().isEmpty() && entry.definition().strip().equals(fault.command()))
                .findFirst()
                .or(() -> contents.entries().stream()
                        .filter(entry -> fault.dumpId() != null && entry.dumpId() == fault.dumpId())
                        .findFirst())
                .map(entry -> new Place(entry.type(), entry.schema(), entry.name()))
                .orElse(null);
    }

    /// What the comments of a plain dump say about one of its lines.
    static Optional<Place> atLine(Path dump, long line) throws IOException {
        Place last = null;
        try (BufferedReader lines = Files.newBufferedReader(dump, StandardCharsets.ISO_8859_1)) {
            for (long i = 1; i <= line; i++) {
                String text = lines.readLine();
                if (text == null) {
                    break;
                }
                Matcher comment = COMMENT.matcher(text.startsWith("-- ") ? text : "");
                if (comment.matches()) {
                    String schema = comment.group(3);
                    last = new Place(
                            comment.group(2), schema.equals(NO_SCHEMA) ? null : utf8(schema), utf8(comment.group(1)));
                }
            }
        }
        return Optional.ofNullable(last);
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    boolean isA(String other) {
        return type.equals(other);
    }

    /// For people.
    String title() {
        return schema == null ? type + " " + name : type + " " + schema + "." + name;
    }
}
