package io.lockkeeper.timeout;

import static io.lockkeeper.timeout.KnownSettings.IDLE_IN_TRANSACTION;
import static io.lockkeeper.timeout.KnownSettings.IDLE_SESSION;
import static io.lockkeeper.timeout.KnownSettings.LOCK_TIMEOUT;
import static io.lockkeeper.timeout.KnownSettings.STATEMENT_TIMEOUT;
import static io.lockkeeper.timeout.KnownSettings.TRANSACTION_TIMEOUT;

import io.lockkeeper.target.TargetFacts;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads a policy as an experienced colleague would.
///
/// @param image all places as they are with the policy in place
record Guards(TimeoutPolicySpec spec, ServerSettings server, Cluster cluster, Image image, TargetFacts target) {
    private static final Set<String> ENDS_LONG_WORK = Set.of(STATEMENT_TIMEOUT, TRANSACTION_TIMEOUT);
    private static final Set<String> ENDS_COPYING = Set.of(STATEMENT_TIMEOUT, TRANSACTION_TIMEOUT, IDLE_SESSION);
    private static final String PROTECTED_LABEL = "env";
    private static final Set<String> PROTECTED_VALUES = Set.of("prod", "production");

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < spec.rules().size(); i++) {
            TimeoutRule rule = spec.rules().get(i);
            String at = "/rules/" + i;
            order(at, rule, findings);
            for (String name : rule.settings().keySet()) {
                single(at + "/settings/" + name, rule, name, findings);
            }
        }
        return findings;
    }

    private void order(String at, TimeoutRule rule, List<Finding> findings) {
        if (bothSet(rule, LOCK_TIMEOUT, STATEMENT_TIMEOUT)
                && effective(rule, LOCK_TIMEOUT).compareTo(effective(rule, STATEMENT_TIMEOUT)) >= 0) {
            add(Guard.LOCK_NOT_BELOW_STATEMENT, at, told(rule, LOCK_TIMEOUT, STATEMENT_TIMEOUT), findings);
        }
        if (bothSet(rule, IDLE_IN_TRANSACTION, TRANSACTION_TIMEOUT)
                && effective(rule, IDLE_IN_TRANSACTION).compareTo(effective(rule, TRANSACTION_TIMEOUT)) > 0) {
            add(Guard.IDLE_BEYOND_TRANSACTION, at, told(rule, IDLE_IN_TRANSACTION, TRANSACTION_TIMEOUT), findings);
        }
    }

    /// Only where the rule has a say in it.
    private boolean bothSet(TimeoutRule rule, String one, String other) {
        boolean concerns = rule.settings().containsKey(one) || rule.settings().containsKey(other);
        return concerns
                && effective(rule, one).signum() > 0
                && effective(rule, other).signum() > 0;
    }

    private void single(String at, TimeoutRule rule, String name, List<Finding> findings) {
        Optional<ServerSetting> setting = server.named(name);
        Optional<BigDecimal> value = setting.flatMap(
                each -> each.number(ServerSetting.inSql(rule.settings().get(name))));
        if (value.isEmpty()) {
            return;
        }
        if (value.get().signum() == 0) {
            off(at, rule, name, findings);
            return;
        }
        if (ENDS_LONG_WORK.contains(name)) {
            reached(rule, setting.get(), this::isForMaintenance, "migrations or backups")
                    .ifPresent(fact -> add(Guard.MAINTENANCE_ROLE, at, fact, findings));
        }
        if (ENDS_COPYING.contains(name)) {
            reached(rule, setting.get(), this::replicates, "replication")
                    .ifPresent(fact -> add(Guard.REPLICATION_ROLE, at, fact, findings));
        }
        String role = rule.role();
        if (name.equals(IDLE_SESSION) && (role == null || cluster.use().pooled().contains(role))) {
            String who = role == null
                    ? rule.place() + " has roles of applications too"
                    : "role " + role + " seems to have a pool";
            add(Guard.IDLE_SESSION_BEHIND_POOLER, at, who, findings);
        }
    }

    /// Which of such roles get the value: the rule's own role, or those that a wider rule reaches and that nothing
    /// narrower exempts. Lockkeeper's own sessions set their limits themselves.
    private Optional<String> reached(TimeoutRule rule, ServerSetting setting, Predicate<String> such, String purpose) {
        if (rule.role() != null) {
            return Optional.of(rule.role()).filter(such).map(role -> "role " + role + " is there for " + purpose);
        }
        List<String> roles = cluster.roles().keySet().stream()
                .filter(role -> such.test(role) && !role.equals(cluster.self()))
                .filter(role -> cluster.letsIn(role, rule.database()))
                .filter(role -> isFrom(rule.place(), setting, rule.database(), role))
                .toList();
        return roles.isEmpty()
                ? Optional.empty()
                : Optional.of("it reaches roles that are there for " + purpose + " (" + String.join(", ", roles)
                        + "); exempt each with a rule for the role that sets " + setting.name()
                        + " to 0s, or allow it");
    }

    private boolean isFrom(Place place, ServerSetting setting, @Nullable String database, String role) {
        return Effective.of(setting, server, image, database, role)
                .filter(effective -> place.ofServer()
                        ? effective.place() == null
                        : place.toString().equals(effective.place()))
                .isPresent();
    }

    private void off(String at, TimeoutRule rule, String name, List<Finding> findings) {
        boolean exempts = rule.role() != null && (isForMaintenance(rule.role()) || replicates(rule.role()));
        boolean guarded = target.approvals() > 0
                || PROTECTED_VALUES.contains(target.labels().getOrDefault(PROTECTED_LABEL, ""));
        if (guarded && !exempts && KnownSettings.ESSENTIAL.contains(name)) {
            add(
                    Guard.OFF_ON_PROTECTED_TARGET,
                    at,
                    name + " is switched off on " + target.name() + ", which is protected",
                    findings);
        }
    }

    private boolean isForMaintenance(String role) {
        return role.equals(cluster.self())
                || RoleUse.soundsLikeMaintenance(role)
                || cluster.use().maintaining().contains(role);
    }

    /// Superusers have the attribute without ever using it.
    private boolean replicates(String role) {
        Cluster.RoleSeen seen = cluster.roles().get(role);
        boolean meantTo = seen != null && seen.replication() && !seen.superuser();
        return meantTo || cluster.use().copying().contains(role);
    }

    private BigDecimal effective(TimeoutRule rule, String name) {
        return server.named(name)
                .flatMap(setting -> value(rule, setting).flatMap(setting::number))
                .orElse(BigDecimal.ZERO);
    }

    private Optional<String> value(TimeoutRule rule, ServerSetting setting) {
        String own = rule.settings().get(setting.name());
        if (own != null) {
            return Optional.of(ServerSetting.inSql(own));
        }
        return Effective.of(setting, server, image, rule.database(), rule.role())
                .map(Effective::value);
    }

    private String told(TimeoutRule rule, String one, String other) {
        return "for " + rule.place() + ", " + one + " is " + shown(rule, one) + " and " + other + " is "
                + shown(rule, other);
    }

    private String shown(TimeoutRule rule, String name) {
        ServerSetting setting = server.named(name).orElseThrow();
        return setting.show(value(rule, setting).orElseThrow());
    }

    private void add(Guard guard, String at, String fact, List<Finding> findings) {
        Optional<String> reason = spec.reasonFor(guard);
        findings.add(new Finding(guard, at, fact + ": " + guard.reason(), reason.isPresent(), reason.orElse(null)));
    }
}
