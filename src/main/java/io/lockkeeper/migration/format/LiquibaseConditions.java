package io.lockkeeper.migration.format;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Expressions over names, as contexts and labels have them: `a and (b or !c)`; a comma is an `or` that binds least.
final class LiquibaseConditions {
    private static final Pattern TOKEN = Pattern.compile("\\s*([()!,]|[^\\s()!,]+)");

    private final List<String> tokens;
    private final Predicate<String> holds;
    private int at;

    private LiquibaseConditions(List<String> tokens, Predicate<String> holds) {
        this.tokens = tokens;
        this.holds = holds;
    }

    /// @param names in lower case
    static boolean matches(String expression, List<String> names) {
        if (expression.isBlank()) {
            return true;
        }
        List<String> lower =
                names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        List<String> tokens = TOKEN.matcher(expression.toLowerCase(Locale.ROOT))
                .results()
                .map(found -> found.group(1))
                .toList();
        var reading = new LiquibaseConditions(tokens, lower::contains);
        boolean holds = reading.any();
        if (reading.at < tokens.size()) {
            throw new IllegalArgumentException("cannot be read from \"" + tokens.get(reading.at) + "\" on");
        }
        return holds;
    }

    /// Of a list such as `postgresql,h2` or `!oracle`.
    static boolean isForUs(String dbms) {
        List<String> names = Arrays.stream(dbms.toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        if (names.isEmpty() || names.contains("all")) {
            return true;
        }
        if (names.contains("none") || names.contains("!postgresql")) {
            return false;
        }
        return names.contains("postgresql") || names.stream().allMatch(name -> name.startsWith("!"));
    }

    private boolean any() {
        boolean holds = alternatives();
        while (take(",")) {
            holds |= alternatives();
        }
        return holds;
    }

    private boolean alternatives() {
        boolean holds = all();
        while (take("or")) {
            holds |= all();
        }
        return holds;
    }

    private boolean all() {
        boolean holds = one();
        while (take("and")) {
            holds &= one();
        }
        return holds;
    }

    private boolean one() {
        if (take("!") || take("not")) {
            return !one();
        }
        if (take("(")) {
            boolean holds = any();
            if (!take(")")) {
                throw new IllegalArgumentException("lacks a closing parenthesis");
            }
            return holds;
        }
        if (at == tokens.size()) {
            throw new IllegalArgumentException("ends too early");
        }
        return holds.test(tokens.get(at++));
    }

    private boolean take(String token) {
        boolean next = at < tokens.size() && tokens.get(at).equals(token);
        at += next ? 1 : 0;
        return next;
    }
}
