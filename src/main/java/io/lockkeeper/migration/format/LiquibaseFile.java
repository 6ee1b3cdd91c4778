package io.lockkeeper.migration.format;

import io.lockkeeper.migration.format.LiquibaseChangeset.Word;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a file of formatted SQL: heads of changesets and other words in comments, SQL between them.
final class LiquibaseFile {
    private static final Pattern FIRST_LINE =
            Pattern.compile("\\s*--\\s*liquibase\\s*formatted\\s*sql(.*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern HEAD = Pattern.compile(
            "\\s*--\\s*changeset\\s+(\"[^\"]+\"|[^\\s:\"][^:]*?)\\s*:\\s*(\"[^\"]+\"|\\S+)(.*)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern WORD = Pattern.compile(
            "\\s*--\\s*(changeset|rollback|comment|validchecksum|property|preconditions|precondition-[\\w-]+|ignorelines)\\b:?\\s*(.*)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern ONE_DASH =
            Pattern.compile("\\s*-\\s*(changeset|rollback|preconditions|property)\\s.*", Pattern.CASE_INSENSITIVE);
    private static final Pattern ATTRIBUTE = Pattern.compile("\\(?(\\w+):(\"[^\"]*\"|[^\\s)]*)\\)?");
    private static final Pattern ROLLBACK_BLOCK =
            Pattern.compile("\\s*/\\*\\s*liquibase\\s*rollback\\s*", Pattern.CASE_INSENSITIVE);
    private static final Set<String> KNOWN = Set.of(
            "stripcomments",
            "splitstatements",
            "enddelimiter",
            "rollbacksplitstatements",
            "rollbackenddelimiter",
            "runonchange",
            "runalways",
            "context",
            "contextfilter",
            "labels",
            "runintransaction",
            "dbms",
            "failonerror",
            "logicalfilepath",
            "ignore");

    private final SourceFile file;
    private final Map<String, String> properties;
    private final List<LiquibaseChangeset> changesets = new ArrayList<>();
    private @Nullable LiquibaseDraft open;
    private boolean inRollback;
    private int ignored;
    private boolean ignoring;
    private String logicalPath = "";

    /// @param properties takes those that the file gives
    private LiquibaseFile(SourceFile file, Map<String, String> properties) {
        this.file = file;
        this.properties = properties;
    }

    static boolean is(SourceFile file) {
        return file.name().endsWith(".sql")
                && Texts.of(file)
                        .lines()
                        .findFirst()
                        .filter(line -> FIRST_LINE.matcher(line).matches())
                        .isPresent();
    }

    static List<LiquibaseChangeset> read(SourceFile file, Map<String, String> properties) {
        return new LiquibaseFile(file, properties).changesets();
    }

    private List<LiquibaseChangeset> changesets() {
        int number = 0;
        for (String line : Texts.of(file).split("\r\n|\r|\n", -1)) {
            number++;
            if (number == 1) {
                first(line);
            } else if (!isIgnored(line)) {
                take(line, number);
            }
        }
        close();
        return changesets;
    }

    private void first(String line) {
        Matcher head = FIRST_LINE.matcher(line);
        if (!head.matches()) {
            throw new FormatFault(file.path(), 1, "does not begin with --liquibase formatted sql");
        }
        logicalPath = attributes(head.group(1)).getOrDefault("logicalfilepath", "");
    }

    private boolean isIgnored(String line) {
        if (ignored > 0) {
            ignored--;
            keep("");
            return true;
        }
        Matcher word = WORD.matcher(line);
        boolean ends = ignoring
                && word.matches()
                && word.group(1).equalsIgnoreCase("ignorelines")
                && word.group(2).strip().equalsIgnoreCase("end");
        if (ignoring) {
            ignoring = !ends;
            keep("");
            return true;
        }
        return false;
    }

    private void take(String line, int number) {
        if (inRollback) {
            inRollback(line);
            return;
        }
        if (ONE_DASH.matcher(line).matches()) {
            throw fault(number, "One dash is missing: Liquibase's words stand behind two");
        }
        if (open != null && ROLLBACK_BLOCK.matcher(line).matches()) {
            inRollback = true;
            open.openRollback();
            keep("");
            return;
        }
        Matcher word = WORD.matcher(line);
        if (word.matches()) {
            String name = word.group(1).toLowerCase(Locale.ROOT);
            word(new Word(number, name, word.group(2).strip()), line);
        } else if (open != null) {
            keep(line);
        } else if (!line.isBlank() && !line.stripLeading().startsWith("--")) {
            throw fault(number, "stands before the first changeset");
        }
    }

    private void inRollback(String line) {
        int end = line.indexOf("*/");
        open.rollbackLine(end < 0 ? line : line.substring(0, end));
        inRollback = end < 0;
    }

    private void word(Word word, String line) {
        switch (word.name()) {
            case "changeset" -> begin(line, word.line());
            case "property" -> property(word.rest(), word.line());
            case "ignorelines" -> ignore(word.rest(), word.line());
            case "rollback" -> changeset(word).rollback(word);
            case "comment" -> changeset(word).comment(word.rest());
            case "validchecksum" -> changeset(word).validChecksum(word.rest());
            default -> changeset(word).precondition(word);
        }
    }

    private LiquibaseDraft changeset(Word word) {
        if (open == null) {
            throw fault(word.line(), "stands before the first changeset");
        }
        return open;
    }

    private void begin(String line, int number) {
        close();
        Matcher head = HEAD.matcher(line);
        if (!head.matches()) {
            throw fault(number, "is no head of a changeset: write --changeset author:id");
        }
        Map<String, String> attributes = attributes(head.group(3));
        attributes.keySet().stream()
                .filter(name -> !KNOWN.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw fault(number, "The attribute " + name + " is not supported");
                });
        if (!logicalPath.isEmpty()) {
            attributes.putIfAbsent("logicalfilepath", logicalPath);
        }
        open = new LiquibaseDraft(file, number, bare(head.group(1)), bare(head.group(2)), attributes);
    }

    static Map<String, String> attributes(String text) {
        Map<String, String> attributes = new HashMap<>();
        for (Matcher each = ATTRIBUTE.matcher(text); each.find(); ) {
            attributes.put(each.group(1).toLowerCase(Locale.ROOT), bare(each.group(2)));
        }
        return attributes;
    }

    private static String bare(String quoted) {
        return quoted.length() > 1 && quoted.startsWith("\"") ? quoted.substring(1, quoted.length() - 1) : quoted;
    }

    private void property(String rest, int number) {
        Map<String, String> said = attributes(rest);
        if (!said.containsKey("name") || !said.containsKey("value")) {
            throw fault(number, "is no property: write --property name:x value:y");
        }
        String dbms = said.getOrDefault("dbms", "postgresql");
        if (LiquibaseConditions.isForUs(dbms)) {
            properties.putIfAbsent(said.get("name"), said.get("value")); // the first one counts
        }
        keep("");
    }

    private void ignore(String rest, int number) {
        keep("");
        if (rest.equalsIgnoreCase("start")) {
            ignoring = true;
        } else if (rest.matches("[0-9]{1,6}")) {
            ignored = Integer.parseInt(rest);
        } else {
            throw fault(number, "--ignoreLines takes start, end or a number");
        }
    }

    private void keep(String line) {
        if (open != null) {
            open.sql(line);
        }
    }

    private void close() {
        if (open != null) {
            changesets.add(open.done());
            open = null;
        }
    }

    private FormatFault fault(int number, String detail) {
        return new FormatFault(file.path(), number, detail);
    }
}
