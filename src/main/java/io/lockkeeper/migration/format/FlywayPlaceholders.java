package io.lockkeeper.migration.format;

import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `${name}` in Flyway's files. Names do not count case.
final class FlywayPlaceholders {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(.*?)}", Pattern.DOTALL);
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private final Map<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    FlywayPlaceholders(Scene scene, String table) {
        values.put("flyway:defaultSchema", scene.schema());
        values.put("flyway:user", scene.user());
        values.put("flyway:database", scene.database());
        values.put("flyway:timestamp", TIMESTAMP.format(scene.now()));
        values.put("flyway:table", table);
        values.putAll(scene.placeholders());
    }

    /// @throws FormatFault for a name that nobody gave a value
    String replaced(SourceFile file, String text) {
        Matcher each = PLACEHOLDER.matcher(text);
        StringBuilder whole = new StringBuilder();
        while (each.find()) {
            each.appendReplacement(whole, Matcher.quoteReplacement(value(file, text, each)));
        }
        return each.appendTail(whole).toString();
    }

    private String value(SourceFile file, String text, Matcher found) {
        String name = found.group(1);
        String value = name.equalsIgnoreCase("flyway:filename") ? file.name() : values.get(name);
        if (value == null) {
            int line = 1
                    + (int) text.chars()
                            .limit(found.start())
                            .filter(c -> c == '\n')
                            .count();
            throw new FormatFault(
                    file.path(), line, "No value was given for the placeholder ${" + name + "}; see placeholders");
        }
        return value;
    }
}
