package io.lockkeeper.dump;

import io.lockkeeper.dump.DatabaseProperties.Extension;
import io.lockkeeper.dump.DatabaseProperties.Setting;
import io.lockkeeper.dump.Difference.Code;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a database is, apart from what is in it.
record PropertiesComparison(Fingerprint expected, Fingerprint found, Comparison.Told told) {
    private static final String ALWAYS_THERE = "plpgsql";

    void tell() {
        one("encoding", DatabaseProperties::encoding);
        one("collate", DatabaseProperties::collate);
        one("ctype", DatabaseProperties::ctype);
        one("locale provider", DatabaseProperties::localeProvider);
        one("locale", DatabaseProperties::locale);
        one("ICU rules", DatabaseProperties::icuRules);
        one("owner", DatabaseProperties::owner);
        one("connection limit", DatabaseProperties::connectionLimit);
        all("privilege on the database", before().acl(), after().acl());
        all("setting", words(before().settings()), words(after().settings()));
        extensions();
        roles();
    }

    private void one(String what, Function<DatabaseProperties, Object> property) {
        Object before = property.apply(before());
        Object after = property.apply(after());
        if (!Objects.equals(before, after)) {
            told.difference(Code.PROPERTIES, what, word(before) + " expected, " + word(after) + " found");
        }
    }

    private void all(String what, List<String> before, List<String> after) {
        before.stream()
                .filter(each -> !after.contains(each))
                .forEach(each -> told.difference(Code.PROPERTIES, what + " " + each, "missing"));
        after.stream()
                .filter(each -> !before.contains(each))
                .forEach(each -> told.difference(Code.PROPERTIES, what + " " + each, "not expected"));
    }

    /// `CREATE EXTENSION` in a dump names no version, and one that every new database has is not in the
    /// dump at all.
    private void extensions() {
        Set<String> dumped = Stream.of(expected, found)
                .flatMap(each -> each.schema().stream())
                .filter(item -> item.type().equals("EXTENSION"))
                .map(SchemaItem::name)
                .collect(Collectors.toSet());
        told.pairs(
                before().extensions(),
                after().extensions(),
                extension -> new TableName("", extension.name()),
                (name, one, other) -> {
                    String sentence = extension(one) + " expected, " + extension(other) + " found";
                    boolean sameButVersion =
                            one != null && other != null && one.schema().equals(other.schema());
                    boolean matters =
                            dumped.contains(name.name()) || name.name().equals(ALWAYS_THERE) && other == null;
                    if (sameButVersion || !matters) {
                        told.note("Extension " + name.name() + ": " + sentence + ".");
                    } else {
                        told.difference(Code.PROPERTIES, "extension " + name.name(), sentence);
                    }
                });
    }

    /// Who owns what and may do what is in the schema. A dump of a part needs not all roles of the whole.
    private void roles() {
        List<String> missing = before().roles().stream()
                .filter(role -> !after().roles().contains(role))
                .toList();
        if (!missing.isEmpty()) {
            told.note("Nothing refers to these roles any more: " + String.join(", ", missing) + ".");
        }
    }

    private DatabaseProperties before() {
        return expected.properties();
    }

    private DatabaseProperties after() {
        return found.properties();
    }

    private static String extension(Extension extension) {
        return extension == null ? "none" : "version " + extension.version() + " in schema " + extension.schema();
    }

    private static List<String> words(List<Setting> settings) {
        return settings.stream()
                .map(each -> (each.role() == null ? "" : "of role " + each.role() + ": ") + each.name() + " = "
                        + each.value())
                .toList();
    }

    private static String word(Object value) {
        return value == null ? "none" : value.toString();
    }
}
