package io.lockkeeper.dump;

import io.lockkeeper.dump.DatabaseProperties.Extension;
import io.lockkeeper.dump.DatabaseProperties.Setting;
import io.lockkeeper.dump.Difference.Code;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// What a database is, apart from what is in it.
record PropertiesComparison(DatabaseProperties expected, DatabaseProperties found, Comparison.Told told) {
    void tell() {
        one("encoding", DatabaseProperties::encoding);
        one("collate", DatabaseProperties::collate);
        one("ctype", DatabaseProperties::ctype);
        one("locale provider", DatabaseProperties::localeProvider);
        one("locale", DatabaseProperties::locale);
        one("ICU rules", DatabaseProperties::icuRules);
        one("owner", DatabaseProperties::owner);
        one("connection limit", DatabaseProperties::connectionLimit);
        all("privilege on the database", expected.acl(), found.acl());
        all("setting", words(expected.settings()), words(found.settings()));
        extensions();
        all("role", expected.roles(), found.roles());
    }

    private void one(String what, Function<DatabaseProperties, Object> property) {
        Object before = property.apply(expected);
        Object after = property.apply(found);
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

    private void extensions() {
        told.pairs(
                expected.extensions(),
                found.extensions(),
                extension -> new TableName("", extension.name()),
                (name, before, after) -> told.difference(
                        Code.PROPERTIES,
                        "extension " + name.name(),
                        extension(before) + " expected, " + extension(after) + " found"));
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
