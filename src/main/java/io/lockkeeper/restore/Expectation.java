package io.lockkeeper.restore;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a check of the team's expects: a text that the answer has to be, or a comparison such as `> 100`. `=` and `!=`
/// compare numbers as numbers and all else as text; the others compare numbers only.
record Expectation(@Nullable String operator, String value) {
    private static final Pattern COMPARISON = Pattern.compile("\\s*(<=|>=|<>|!=|<|>|=)\\s*(.*?)\\s*", Pattern.DOTALL);

    static Expectation parse(String text) {
        Matcher comparison = COMPARISON.matcher(text);
        return comparison.matches()
                ? new Expectation(comparison.group(1), comparison.group(2))
                : new Expectation(null, text);
    }

    /// Why nothing could ever meet it.
    static Optional<String> fault(String text) {
        Expectation expectation = parse(text);
        if (expectation.operator == null) {
            return Optional.empty();
        }
        if (expectation.value.isEmpty()) {
            return Optional.of("needs a value behind " + expectation.operator);
        }
        boolean ordered = expectation.operator.matches("<|>|<=|>=");
        return ordered && number(expectation.value).isEmpty()
                ? Optional.of("needs a number behind " + expectation.operator)
                : Optional.empty();
    }

    /// @throws IllegalArgumentException if the answer cannot be compared
    boolean isMetBy(String answer) {
        if (operator == null) {
            return answer.equals(value);
        }
        Optional<BigDecimal> wanted = number(value);
        Optional<BigDecimal> found = number(answer);
        boolean numbers = wanted.isPresent() && found.isPresent();
        return switch (operator) {
            case "=" -> numbers ? compare(found, wanted) == 0 : answer.equals(value);
            case "!=", "<>" -> numbers ? compare(found, wanted) != 0 : !answer.equals(value);
            default -> inOrder(compare(demandNumber(found), wanted));
        };
    }

    private boolean inOrder(int comparison) {
        return switch (operator) {
            case "<" -> comparison < 0;
            case "<=" -> comparison <= 0;
            case ">" -> comparison > 0;
            default -> comparison >= 0;
        };
    }

    private static int compare(Optional<BigDecimal> one, Optional<BigDecimal> other) {
        return one.orElseThrow().compareTo(other.orElseThrow());
    }

    private static Optional<BigDecimal> demandNumber(Optional<BigDecimal> found) {
        if (found.isEmpty()) {
            throw new IllegalArgumentException("The answer is not a number.");
        }
        return found;
    }

    private static Optional<BigDecimal> number(String text) {
        try {
            return Optional.of(new BigDecimal(text.strip()));
        } catch (NumberFormatException none) {
            return Optional.empty();
        }
    }
}
