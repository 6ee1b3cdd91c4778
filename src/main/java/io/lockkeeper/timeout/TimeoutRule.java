package io.lockkeeper.timeout;

import io.lockkeeper.http.Faults;
import io.lockkeeper.postgres.Identifiers;
import jakarta.validation.constraints.Size;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What one place shall keep.
@Schema(name = "TimeoutRule")
public record TimeoutRule(
        @Schema(description = "Where the settings are kept") Scope scope,

        @Schema(description = "For the scopes database and roleInDatabase", examples = "orders") @Nullable
        String database,

        @Schema(description = "For the scopes role and roleInDatabase", examples = "app") @Nullable
        String role,

        @Schema(
                description = "Values by name, durations with a unit (0s switches a timeout off)",
                examples = "{\"statement_timeout\": \"30s\", \"lock_timeout\": \"2s\"}")
        @Size(min = 1, max = 40)
        Map<String, String> settings) {

    private static final Pattern BARE = Pattern.compile("[0-9]+([.][0-9]+)?");
    private static final String A_COUNT = "tcp_keepalives_count";
    private static final int LONGEST_VALUE = 64;

    public TimeoutRule {
        Faults faults = new Faults();
        checkName("/database", database, scope.ofDatabase(), scope, faults);
        checkName("/role", role, scope.ofRole(), scope, faults);
        settings.forEach((name, value) -> checkSetting(name, value, faults));
        faults.refuseIfAny();
        settings = new TreeMap<>(settings);
    }

    Place place() {
        return new Place(scope, database, role);
    }

    private static void checkName(String at, @Nullable String name, boolean needed, Scope scope, Faults faults) {
        if (name == null || !needed) {
            if (needed != (name != null)) {
                faults.add(at, (needed ? "is required" : "must be left out") + " for the scope " + words(scope));
            }
            return;
        }
        try {
            Identifiers.checked(name);
        } catch (IllegalArgumentException refused) {
            faults.add(at, refused.getMessage());
        }
    }

    private static String words(Scope scope) {
        return io.lockkeeper.http.Words.of(scope);
    }

    private static void checkSetting(String name, String value, Faults faults) {
        String at = "/settings/" + name.replace("~", "~0").replace("/", "~1");
        if (!KnownSettings.has(name)) {
            faults.add(
                    at,
                    "is no setting that a timeout policy may hold; known are "
                            + String.join(", ", KnownSettings.names()));
        } else if (value.isBlank()
                || value.length() > LONGEST_VALUE
                || value.chars().anyMatch(Character::isISOControl)) {
            faults.add(at, "must have 1 to " + LONGEST_VALUE + " characters");
        } else if (BARE.matcher(value).matches() && !name.equals(A_COUNT)) {
            faults.add(at, "needs a unit, as in 500ms, 30s, 15m, 2h or 64MB, not " + value);
        }
    }
}
