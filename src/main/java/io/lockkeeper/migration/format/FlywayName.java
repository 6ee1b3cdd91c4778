package io.lockkeeper.migration.format;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What Flyway reads from the name of a file.
///
/// @param version null: repeatable
record FlywayName(char prefix, @Nullable Version version, String description) {
    private static final Pattern VERSION = Pattern.compile("[0-9]+(?:[._][0-9]+)*");
    private static final String SEPARATOR = "__";

    /// @param text as it stands in the history, with dots
    record Version(String text, List<BigInteger> parts) implements Comparable<Version> {
        static Version of(String written) {
            String text = written.replace('_', '.');
            return new Version(
                    text, Arrays.stream(text.split("\\.")).map(BigInteger::new).toList());
        }

        @Override
        public int compareTo(Version other) {
            for (int i = 0; i < Math.max(parts.size(), other.parts.size()); i++) {
                int order = part(i).compareTo(other.part(i));
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        }

        private BigInteger part(int at) {
            return at < parts.size() ? parts.get(at) : BigInteger.ZERO;
        }

        /// Without zeros that do not count: 1.0 and 1 are one version.
        String key() {
            int end = parts.size();
            while (end > 1 && parts.get(end - 1).signum() == 0) {
                end--;
            }
            return String.join(
                    ".",
                    parts.subList(0, end).stream().map(BigInteger::toString).toList());
        }
    }

    static boolean isSql(String name) {
        return name.regionMatches(true, name.length() - 4, ".sql", 0, 4);
    }

    /// Empty: Flyway would pass it over.
    static Optional<FlywayName> read(String name) {
        if (!isSql(name) || name.length() == 4 || "VUR".indexOf(name.charAt(0)) < 0) {
            return Optional.empty();
        }
        char prefix = name.charAt(0);
        String stem = name.substring(1, name.length() - 4);
        int at = stem.indexOf(SEPARATOR);
        String left = at < 0 ? stem : stem.substring(0, at);
        String description = at < 0 ? "" : stem.substring(at + 2).replace('_', ' ');
        if (prefix == 'R') {
            return at == 0 ? Optional.of(new FlywayName(prefix, null, description)) : Optional.empty();
        }
        return VERSION.matcher(left).matches()
                ? Optional.of(new FlywayName(prefix, Version.of(left), description))
                : Optional.empty();
    }
}
