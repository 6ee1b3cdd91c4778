package io.lockkeeper.migration.format;

import io.lockkeeper.migration.format.Migration.Kind;
import io.lockkeeper.migration.format.Migration.Transactions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Liquibase's formatted SQL, the files in the order of their paths. Other changelogs (XML, YAML, JSON) are
/// none of ours.
final class LiquibaseFormat implements Format {
    private static final Pattern PROPERTY = Pattern.compile("\\$\\{([^}]+)}");
    private static final Pattern BLANK = Pattern.compile("[ \\t\\r\\n]");

    @Override
    public String name() {
        return "liquibase-sql";
    }

    @Override
    public boolean recognises(List<SourceFile> files) {
        return files.stream().anyMatch(LiquibaseFile::is);
    }

    @Override
    public History history(Scene scene) {
        return new LiquibaseHistory(scene);
    }

    /// What has not run runs, wherever it stands.
    @Override
    public boolean isOrdered() {
        return false;
    }

    @Override
    public Source read(List<SourceFile> files, Scene scene) {
        List<Source.Left> left = new ArrayList<>();
        List<FormatFault> faults = new ArrayList<>();
        List<Migration> migrations = new ArrayList<>();
        Map<String, String> properties = new HashMap<>(scene.placeholders());
        Set<String> seen = new HashSet<>();
        for (SourceFile file :
                files.stream().sorted(Comparator.comparing(SourceFile::path)).toList()) {
            if (file.name().matches("(?i).*\\.(xml|ya?ml|json)")) {
                faults.add(new FormatFault(file.path(), 0, "is no formatted SQL; other changelogs are not run"));
                continue;
            }
            if (!LiquibaseFile.is(file)) {
                left.add(new Source.Left(file.path(), "does not begin with --liquibase formatted sql"));
                continue;
            }
            try {
                for (LiquibaseChangeset changeset : LiquibaseFile.read(file, properties)) {
                    take(changeset, scene, properties, migrations, left, seen);
                }
            } catch (FormatFault fault) {
                faults.add(fault);
            }
        }
        return new Source(migrations, left, faults);
    }

    private static void take(
            LiquibaseChangeset changeset,
            Scene scene,
            Map<String, String> properties,
            List<Migration> migrations,
            List<Source.Left> left,
            Set<String> seen) {
        Migration migration = migration(changeset, properties);
        if (!seen.add(migration.id())) {
            throw fault(changeset, "There is another changeset " + migration.id());
        }
        if (runsHere(changeset, scene)) {
            migrations.add(migration);
        } else {
            left.add(new Source.Left(
                    changeset.file().path() + ":" + changeset.line(),
                    "its dbms, contexts or labels do not let it run here, or it is to be ignored"));
        }
    }

    private static boolean runsHere(LiquibaseChangeset changeset, Scene scene) {
        String context = context(changeset);
        List<String> labels = List.of(changeset.attribute("labels").split("\\s*,\\s*"));
        try {
            boolean inContext = scene.contexts().isEmpty() || LiquibaseConditions.matches(context, scene.contexts());
            boolean labelled = scene.labels().isEmpty()
                    || changeset.attribute("labels").isEmpty()
                    || scene.labels().stream().anyMatch(filter -> LiquibaseConditions.matches(filter, labels));
            return inContext
                    && labelled
                    && LiquibaseConditions.isForUs(changeset.attribute("dbms"))
                    && !changeset.says("ignore", false);
        } catch (IllegalArgumentException unreadable) {
            throw fault(changeset, "A condition " + unreadable.getMessage());
        }
    }

    private static String context(LiquibaseChangeset changeset) {
        String filter = changeset.attribute("contextFilter");
        return filter.isEmpty() ? changeset.attribute("context") : filter;
    }

    /// As it stands in the history.
    private static String parenthesised(String context) {
        boolean composed = context.toLowerCase(Locale.ROOT).matches(".* (and|or) .*|.*,.*");
        return composed && !context.startsWith("(") ? "(" + context + ")" : context;
    }

    private static Migration migration(LiquibaseChangeset changeset, Map<String, String> properties) {
        for (String delimiter : List.of("endDelimiter", "rollbackEndDelimiter")) {
            if (!Set.of("", ";").contains(changeset.attribute(delimiter))) {
                throw fault(
                        changeset,
                        delimiter + " is not supported: statements end with ; here, and quoted bodies may"
                                + " hold any");
            }
        }
        String path = changeset.file().path();
        String logical =
                changeset.attribute("logicalFilePath").isEmpty() ? path : changeset.attribute("logicalFilePath");
        String sql = expanded(String.join("\n", changeset.sql()), properties);
        boolean any = changeset.validChecksums().stream().anyMatch(sum -> sum.matches("(?i)(\\d+:)?any"));
        return new Migration(
                logical + "::" + changeset.id() + "::" + changeset.author(),
                changeset.comment() == null ? "" : changeset.comment(),
                changeset.says("runAlways", false)
                        ? Kind.ALWAYS
                        : changeset.says("runOnChange", false) ? Kind.REPEATABLE : Kind.VERSIONED,
                checksum(sql),
                changeset.says("runInTransaction", true) ? Transactions.ONE : Transactions.NONE,
                Part.of(path, changeset.line() + 1, sql),
                changeset.rollback() == null
                        ? null
                        : Part.of(
                                path,
                                changeset.line() + 1,
                                expanded(String.join("\n", changeset.rollback()), properties)),
                Map.of(
                        "id", changeset.id(),
                        "author", changeset.author(),
                        "filename", logical,
                        "contexts", parenthesised(context(changeset)),
                        "labels", changeset.attribute("labels"),
                        "valid", any ? "any" : String.join(" ", changeset.validChecksums())));
    }

    /// Version 9, which Liquibase has written since 4.22.
    static String checksum(String sql) {
        String bare = BLANK.matcher(sql).replaceAll("");
        return "9:" + PlainFormat.md5("9:" + PlainFormat.md5(bare) + ":");
    }

    /// What nobody gave a value stays as it is.
    private static String expanded(String sql, Map<String, String> properties) {
        return PROPERTY.matcher(sql)
                .replaceAll(found -> Matcher.quoteReplacement(properties.getOrDefault(found.group(1), found.group())));
    }

    private static FormatFault fault(LiquibaseChangeset changeset, String detail) {
        return new FormatFault(changeset.file().path(), changeset.line(), detail);
    }
}
