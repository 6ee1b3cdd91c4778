package io.lockkeeper.security;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.http.Words;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The one place where it is decided who may do what; asked by the REST edge, by access reviews, and by whatever else
/// acts for a caller. What is not allowed here is denied.
public final class Policy {
    private Policy() {}

    /// @param target the name of the target that it is about, or null where it is about none or about all
    public static Decision decide(Caller caller, Permission permission, @Nullable String target) {
        String asked = Words.of(permission) + (target == null ? "" : " on " + target);
        return caller.roles().stream()
                .sorted()
                .filter(role -> role.allows(permission))
                .findFirst()
                .map(role -> new Decision(true, "The role " + role.word() + " allows " + asked + "."))
                .orElseGet(() -> new Decision(false, denied(caller, permission, asked)));
    }

    /// The same for code that goes on only if it is allowed.
    public static void demand(Caller caller, Permission permission, @Nullable String target) {
        Decision decision = decide(caller, permission, target);
        if (!decision.allowed()) {
            throw new Refused(forbidden(decision.reason()));
        }
    }

    static Problem forbidden(String reason) {
        return Problem.of(403, "forbidden", "Forbidden", reason);
    }

    private static String denied(Caller caller, Permission permission, String asked) {
        String needed = Arrays.stream(Role.values())
                .filter(role -> role.allows(permission))
                .map(Role::word)
                .collect(Collectors.joining(" or "));
        String held = caller.roles().stream().sorted().map(Role::word).collect(Collectors.joining(", "));
        return "You may not do this: " + asked + " needs the role " + needed + ", and " + caller.subject() + " has "
                + (held.isEmpty() ? "none" : held) + ".";
    }
}
