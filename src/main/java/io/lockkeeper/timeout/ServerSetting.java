package io.lockkeeper.timeout;

import io.vertx.sqlclient.Row;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A setting as this very server knows it.
///
/// @param unit of `min`, `max` and of bare numbers
/// @param context who may set it, and when: `user`, `superuser`, `sighup`, ...
/// @param source where our own session has its value from
/// @param resetValue what our own session began with
record ServerSetting(
        String name,
        String type,
        @Nullable String unit,
        @Nullable String min,
        @Nullable String max,
        List<String> words,
        String context,
        String source,
        @Nullable String resetValue,
        @Nullable String builtIn) {

    static ServerSetting of(Row row) {
        String[] words = row.getArrayOfStrings("enumvals");
        return new ServerSetting(
                row.getString("name"),
                row.getString("vartype"),
                row.getString("unit"),
                row.getString("min_val"),
                row.getString("max_val"),
                words == null ? List.of() : List.of(words),
                row.getString("context"),
                row.getString("source"),
                row.getString("reset_val"),
                row.getString("boot_val"));
    }

    /// Whether a database or a role can keep it.
    boolean ofSessions() {
        return context.equals("user") || context.equals("superuser");
    }

    private boolean isNumber() {
        return type.equals("integer") || type.equals("real");
    }

    /// As the statement has to write what the API calls `15m`.
    static String inSql(String value) {
        return value.strip().replaceFirst("^([0-9.]+)\\s*m$", "$1min");
    }

    /// What is wrong with a value, in words for whoever asked for it.
    Optional<String> fault(String value) {
        return switch (type) {
            case "bool" -> unless(value.matches("on|off|true|false"), "must be on or off, not " + value);
            case "enum" ->
                unless(words.contains(value), "must be one of " + String.join(", ", words) + ", not " + value);
            case "integer", "real" -> numberFault(value);
            default -> Optional.empty();
        };
    }

    private static Optional<String> unless(boolean fine, String fault) {
        return fine ? Optional.empty() : Optional.of(fault);
    }

    private Optional<String> numberFault(String value) {
        Optional<Quantity.Written> written = Quantity.read(value);
        if (written.isEmpty()) {
            return Optional.of(
                    "must be a number" + (unit == null ? "" : " and a unit, as in " + example()) + ", not " + value);
        }
        boolean off = value.equals("-1") && new BigDecimal(min).signum() < 0;
        if (!off && unitFault(written.get(), value) instanceof Optional<String> fault && fault.isPresent()) {
            return fault;
        }
        BigDecimal number = inUnits(written.get());
        if (number.compareTo(new BigDecimal(min)) < 0 || number.compareTo(new BigDecimal(max)) > 0) {
            return Optional.of("must be from " + show(min) + " to " + show(max) + " on this server, not " + value);
        }
        boolean whole = number.stripTrailingZeros().scale() <= 0;
        return unless(
                whole || type.equals("real"),
                "is finer than the server's unit " + unit + ", it would be rounded: " + value);
    }

    private Optional<String> unitFault(Quantity.Written written, String value) {
        if (unit == null) {
            return unless(written.unit().isEmpty(), "is a plain number without a unit, not " + value);
        }
        boolean time = Quantity.unit(unit).time();
        boolean fits =
                written.quantity().filter(amount -> amount.time() == time).isPresent();
        return unless(
                fits,
                "must be " + (time ? "a duration" : "a size") + " with a unit, as in " + example() + ", not " + value);
    }

    private String example() {
        return Quantity.unit(unit).time() ? "30s" : "64MB";
    }

    private BigDecimal inUnits(Quantity.Written written) {
        if (unit == null) {
            return written.number();
        }
        return written.quantity()
                .map(amount -> amount.base().divide(Quantity.unit(unit).base(), 6, RoundingMode.HALF_EVEN))
                .orElse(written.number());
    }

    /// The same text for the same meaning, whoever wrote it: `1.5min` and `90000` are one. For comparing
    /// only.
    String canonical(String value) {
        return switch (type) {
            case "bool" ->
                value.strip().toLowerCase(java.util.Locale.ROOT).matches("on|true|t|yes|y|1|tr|tru|ye") ? "on" : "off";
            case "integer", "real" ->
                number(value).map(BigDecimal::toPlainString).orElse(value);
            default -> value.strip().toLowerCase(java.util.Locale.ROOT);
        };
    }

    /// In the server's unit, as the server rounds it.
    Optional<BigDecimal> number(String value) {
        return Quantity.read(value)
                .filter(written -> isNumber())
                .map(this::inUnits)
                .map(number -> type.equals("integer")
                        ? number.setScale(0, RoundingMode.HALF_EVEN)
                        : number.stripTrailingZeros());
    }

    /// For people: in the largest unit that says it exactly.
    String show(String value) {
        Optional<BigDecimal> number = number(value);
        if (unit == null
                || number.isEmpty()
                || number.get().signum() <= 0
                || number.get().scale() > 0) {
            return isNumber() && number.isPresent() ? number.get().toPlainString() : canonical(value);
        }
        Quantity one = Quantity.unit(unit);
        BigDecimal base = number.get().multiply(one.base());
        List<String> larger = one.time() ? List.of("d", "h", "min", "s", "ms") : List.of("TB", "GB", "MB", "kB");
        for (String each : larger) {
            BigDecimal[] parts = base.divideAndRemainder(Quantity.unit(each).base());
            if (parts[1].signum() == 0) {
                return parts[0].toPlainString() + each;
            }
        }
        return number.get().toPlainString() + unit;
    }
}
