package io.lockkeeper.migration.format;

import io.lockkeeper.migration.format.LiquibaseChangeset.Word;
import io.lockkeeper.migration.format.Migration.Kind;
import io.lockkeeper.migration.format.Migration.Transactions;
import io.lockkeeper.sql.Delimiter;
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
import org.jspecify.annotations.Nullable;

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
        return new Reading(scene).source(files);
    }

    private static final class Reading {
        private final Scene scene;
        private final Map<String, String> properties;
        private final List<Source.Left> left = new ArrayList<>();
        private final List<FormatFault> faults = new ArrayList<>();
        private final List<Migration> migrations = new ArrayList<>();
        private final Set<String> seen = new HashSet<>();

        Reading(Scene scene) {
            this.scene = scene;
            this.properties = new HashMap<>(scene.placeholders());
        }

        Source source(List<SourceFile> files) {
            files.stream().sorted(Comparator.comparing(SourceFile::path)).forEach(this::take);
            return new Source(migrations, left, faults);
        }

        private void take(SourceFile file) {
            if (file.name().matches("(?i).*\\.(xml|ya?ml|json)")) {
                faults.add(new FormatFault(file.path(), 0, "is no formatted SQL; other changelogs are not run"));
                return;
            }
            if (!LiquibaseFile.is(file)) {
                left.add(new Source.Left(file.path(), "does not begin with --liquibase formatted sql"));
                return;
            }
            try {
                LiquibaseFile.read(file, properties).forEach(this::take);
            } catch (FormatFault fault) {
                faults.add(fault);
            }
        }

        private void take(LiquibaseChangeset changeset) {
            if (!seen.add(changeset.key())) {
                throw fault(changeset, "There is another changeset " + changeset.key());
            }
            if (runsHere(changeset, scene)) {
                migrations.add(migration(changeset));
            } else {
                left.add(new Source.Left(
                        changeset.file().path() + ":" + changeset.line(),
                        "its dbms, contexts or labels do not let it run here, or it is to be ignored"));
            }
        }

        private Migration migration(LiquibaseChangeset changeset) {
            String sql = expanded(String.join("\n", changeset.sql()));
            Part up = part(changeset, sql, "endDelimiter", "splitStatements");
            return new Migration(
                    changeset.key(),
                    changeset.comment() == null ? "" : changeset.comment(),
                    changeset.says("runAlways", false)
                            ? Kind.ALWAYS
                            : changeset.says("runOnChange", false) ? Kind.REPEATABLE : Kind.VERSIONED,
                    checksum(sql),
                    changeset.says("runInTransaction", true) ? Transactions.ONE : Transactions.NONE,
                    up,
                    down(changeset, up),
                    condition(changeset),
                    facts(changeset));
        }

        private static Map<String, String> facts(LiquibaseChangeset changeset) {
            boolean any = changeset.validChecksums().stream().anyMatch(sum -> sum.matches("(?i)(\\d+:)?any"));
            Map<String, String> facts = new HashMap<>();
            facts.put("id", changeset.id());
            facts.put("author", changeset.author());
            facts.put("filename", changeset.path());
            facts.put("contexts", parenthesised(context(changeset)));
            facts.put("labels", changeset.attribute("labels"));
            facts.put("valid", any ? "any" : String.join(" ", changeset.validChecksums()));
            if (!changeset.says("failOnError", true)) {
                facts.put("mayFail", "");
            }
            return facts;
        }

        /// @param delimiter the attribute with what ends its statements
        /// @param split and the one that says whether anything does
        private static Part part(LiquibaseChangeset changeset, String text, String delimiter, String split) {
            String asked = changeset.says(split, true) ? changeset.attribute(delimiter) : "";
            Delimiter known = asked.isEmpty()
                    ? null
                    : Delimiter.of(asked)
                            .orElseThrow(() -> fault(
                                    changeset,
                                    delimiter + ":" + asked + " is not supported: a word is, such as GO, or signs such"
                                            + " as / or @@, also behind \\n"));
            return Part.of(changeset.file().path(), changeset.line() + 1, text, known);
        }

        private @Nullable Part down(LiquibaseChangeset changeset, Part up) {
            if (changeset.rollbackOf() != null) {
                return named(changeset, changeset.rollbackOf(), up);
            }
            return changeset.rollback() == null
                    ? null
                    : part(
                            changeset,
                            expanded(String.join("\n", changeset.rollback())),
                            "rollbackEndDelimiter",
                            "rollbackSplitStatements");
        }

        /// The SQL of an earlier changeset, or of this one, is the way back.
        private Part named(LiquibaseChangeset changeset, Word reference, Part up) {
            Map<String, String> said = LiquibaseFile.attributes(reference.rest());
            String key = LiquibaseChangeset.key(
                    said.getOrDefault("changesetpath", changeset.file().path()),
                    said.getOrDefault("changesetid", ""),
                    said.getOrDefault("changesetauthor", ""));
            if (key.equalsIgnoreCase(changeset.key())) {
                return up;
            }
            return migrations.stream()
                    .filter(earlier -> earlier.id().equalsIgnoreCase(key))
                    .findFirst()
                    .orElseThrow(() -> new FormatFault(
                            changeset.file().path(),
                            reference.line(),
                            "There is no changeset " + key + " before this one that runs here"))
                    .up();
        }

        private @Nullable Condition condition(LiquibaseChangeset changeset) {
            List<Word> words = changeset.preconditions().stream()
                    .map(word -> new Word(word.line(), word.name(), expanded(word.rest())))
                    .toList();
            var preconditions = LiquibasePreconditions.of(changeset.file(), words, scene.schema());
            return preconditions.checks().isEmpty() ? null : preconditions;
        }

        /// What nobody gave a value stays as it is.
        private String expanded(String text) {
            return PROPERTY.matcher(text)
                    .replaceAll(
                            found -> Matcher.quoteReplacement(properties.getOrDefault(found.group(1), found.group())));
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

    /// Version 9, which Liquibase has written since 4.22.
    static String checksum(String sql) {
        String bare = BLANK.matcher(sql).replaceAll("");
        return "9:" + PlainFormat.md5("9:" + PlainFormat.md5(bare) + ":");
    }

    private static FormatFault fault(LiquibaseChangeset changeset, String detail) {
        return new FormatFault(changeset.file().path(), changeset.line(), detail);
    }
}
