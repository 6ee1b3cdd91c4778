package io.lockkeeper.dump;

import io.lockkeeper.dump.ArchiveToc.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The schema by the entries of a table of contents: every definition with its owner, without the numbers
/// that the dump and the server gave to it. The database itself is not in it; it has properties.
final class SchemaItems {
    private static final Set<String> NO_SCHEMA = Set.of(
            "ENCODING",
            "STDSTRINGS",
            "SEARCHPATH",
            "DATABASE",
            "DATABASE PROPERTIES",
            "STATISTICS DATA",
            ArchiveToc.SEQUENCE_SET);

    /// Their owner is the owner of something else.
    private static final Set<String> ABOUT_SOMETHING = Set.of("ACL", "COMMENT", "SECURITY LABEL", "DEFAULT ACL");

    private static final Set<String> LARGE_OBJECTS = Set.of("BLOB", "BLOB METADATA");

    private SchemaItems() {}

    static List<SchemaItem> of(ArchiveToc toc) {
        List<SchemaItem> items = new ArrayList<>();
        List<SchemaItem> ofLargeObjects = new ArrayList<>();
        for (Entry entry : toc.entries()) {
            if (defines(entry)) {
                (isAboutLargeObjects(entry) ? ofLargeObjects : items).add(item(entry));
            }
        }
        items.addAll(
                ofLargeObjects.size() > LargeObjects.MOST_NAMED ? List.of(folded(ofLargeObjects)) : ofLargeObjects);
        return items.stream().sorted().toList();
    }

    static String digest(List<SchemaItem> items) {
        return Sha256.of(items.stream()
                .sorted()
                .map(item -> String.join("\0", item.type(), String.valueOf(item.schema()), item.name(), item.sha256()))
                .collect(Collectors.joining("\0\n")));
    }

    /// Owners of what the dump defines.
    static Set<String> owners(ArchiveToc toc) {
        return toc.entries().stream()
                .filter(SchemaItems::defines)
                .filter(entry -> !ABOUT_SOMETHING.contains(entry.type()))
                .map(Entry::owner)
                .filter(owner -> !owner.isEmpty() && !owner.startsWith("pg_"))
                .collect(Collectors.toSet());
    }

    private static boolean defines(Entry entry) {
        boolean ofTheDatabase =
                ABOUT_SOMETHING.contains(entry.type()) && entry.name().startsWith("DATABASE ");
        return !entry.definition().isEmpty() && !NO_SCHEMA.contains(entry.type()) && !ofTheDatabase;
    }

    private static boolean isAboutLargeObjects(Entry entry) {
        return LARGE_OBJECTS.contains(entry.type())
                || ABOUT_SOMETHING.contains(entry.type()) && entry.name().startsWith("LARGE OBJECT");
    }

    private static SchemaItem item(Entry entry) {
        String owner = ABOUT_SOMETHING.contains(entry.type()) ? "" : entry.owner();
        String text = String.join("\0", owner, String.valueOf(entry.tableAccessMethod()), definition(entry));
        return new SchemaItem(entry.type(), entry.schema(), entry.name(), Sha256.of(text));
    }

    /// A table that inherits columns and has some of its own gets them in another order when it is
    /// restored: pg_dump says nothing of the order that it had. The rows of such a table are summed up in
    /// that order all the same.
    private static String definition(Entry entry) {
        boolean inherits = entry.type().equals("TABLE") && entry.definition().contains("\nINHERITS (");
        return inherits
                ? entry.definition()
                        .lines()
                        .map(line -> line.endsWith(",") ? line.substring(0, line.length() - 1) : line)
                        .sorted()
                        .collect(Collectors.joining("\n"))
                : entry.definition();
    }

    private static SchemaItem folded(List<SchemaItem> many) {
        return new SchemaItem("LARGE OBJECTS", null, many.size() + " entries", digest(many));
    }
}
