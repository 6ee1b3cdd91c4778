package io.lockkeeper.timeout;

import io.lockkeeper.http.Faults;
import java.util.List;

/// What a server's own catalogue has against a policy, all of it at once. What is left, only trying can tell.
record Inspection(TimeoutPolicySpec spec, ServerSettings server, Cluster cluster) {

    void tell(List<Want> wants, Faults faults) {
        for (int i = 0; i < spec.rules().size(); i++) {
            tellMissing("/rules/" + i, spec.rules().get(i), faults);
        }
        for (Want want : wants) {
            tell(want, faults);
        }
    }

    private void tellMissing(String at, TimeoutRule rule, Faults faults) {
        if (rule.database() != null && !cluster.databases().contains(rule.database())) {
            faults.add(at + "/database", "is no database of this server: " + rule.database());
        }
        if (rule.role() != null && !cluster.roles().containsKey(rule.role())) {
            faults.add(at + "/role", "is no role of this server: " + rule.role());
        }
        if (rule.place().ofServer()) {
            tellSystem(at, faults);
        }
    }

    private void tellSystem(String at, Faults faults) {
        if (!cluster.mayAlterSystem()) {
            faults.add(
                    at,
                    "is not for role " + cluster.self() + ": it may not ALTER SYSTEM these settings, or not reload the"
                            + " configuration, or the server allows nobody to; on a managed server use its parameter group");
        } else if (server.auto() == null) {
            faults.add(
                    at,
                    "could not be undone: role " + cluster.self()
                            + " may not read pg_file_settings, so what ALTER SYSTEM has set before stays unknown");
        }
    }

    private void tell(Want want, Faults faults) {
        ServerSetting setting = server.named(want.name()).orElse(null);
        if (setting == null) {
            faults.add(want.pointer(), unknown(want.name()));
        } else if (!want.place().ofServer() && !setting.ofSessions()) {
            faults.add(
                    want.pointer(),
                    "belongs to the whole server and cannot be kept by " + want.place() + "; use the scope server");
        } else {
            setting.fault(want.value()).ifPresent(fault -> faults.add(want.pointer(), fault));
        }
    }

    private String unknown(String name) {
        return KnownSettings.since(name)
                .filter(since -> since > server.major())
                .map(since -> "is too new: PostgreSQL has it since version " + since + ", and this server is a "
                        + server.major())
                .orElse("is not known to this server, a PostgreSQL " + server.major());
    }

    /// What only trying told: the server refused the statement.
    String refused(Want want, String sqlState, String message) {
        if (!sqlState.equals("42501")) {
            return "was refused by the server: " + message;
        }
        return "is forbidden to role " + cluster.self() + ": " + needs(want);
    }

    private String needs(Want want) {
        boolean special = server.named(want.name())
                .filter(each -> each.context().equals("superuser"))
                .isPresent();
        String grant = "GRANT SET ON PARAMETER " + want.name() + " TO it (PostgreSQL 15 and later)";
        String hint =
                switch (want.place().scope()) {
                    case DATABASE -> "the owner of the database and superusers may";
                    case EVERY_ROLE -> "only superusers may";
                    case ROLE, ROLE_IN_DATABASE ->
                        "superusers may, the role itself, and roles with CREATEROLE (since 16 with ADMIN OPTION on it, and never on"
                                + " superusers)";
                    case SERVER -> "superusers may";
                };
        return special ? hint + "; and for this setting only superusers, or after " + grant : hint;
    }
}
