package io.lockkeeper.timeout;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The settings that a policy may speak of: what ends or reports statements, transactions, locks, sessions
/// and replication that take too long. What each of them takes is read from the server itself; only since
/// when there is one, a server that is too old cannot say.
final class KnownSettings {
    static final String STATEMENT_TIMEOUT = "statement_timeout";
    static final String LOCK_TIMEOUT = "lock_timeout";
    static final String IDLE_IN_TRANSACTION = "idle_in_transaction_session_timeout";
    static final String IDLE_SESSION = "idle_session_timeout";
    static final String TRANSACTION_TIMEOUT = "transaction_timeout";

    /// Those without which something can wait for ever.
    static final Set<String> ESSENTIAL =
            Set.of(STATEMENT_TIMEOUT, LOCK_TIMEOUT, IDLE_IN_TRANSACTION, TRANSACTION_TIMEOUT);

    private static final Map<String, Integer> SINCE = since();

    private KnownSettings() {}

    private static Map<String, Integer> since() {
        Map<String, Integer> since = new LinkedHashMap<>();
        List.of(STATEMENT_TIMEOUT, LOCK_TIMEOUT, IDLE_IN_TRANSACTION, IDLE_SESSION)
                .forEach(old -> since.put(old, 14));
        since.put(TRANSACTION_TIMEOUT, 17);
        List.of(
                        "client_connection_check_interval",
                        "tcp_keepalives_idle",
                        "tcp_keepalives_interval",
                        "tcp_keepalives_count",
                        "tcp_user_timeout",
                        "deadlock_timeout",
                        "log_lock_waits",
                        "log_min_duration_statement",
                        "log_min_duration_sample",
                        "log_statement",
                        "log_temp_files",
                        "temp_file_limit",
                        "wal_sender_timeout",
                        "authentication_timeout",
                        "wal_receiver_timeout",
                        "max_standby_archive_delay",
                        "max_standby_streaming_delay",
                        "max_slot_wal_keep_size",
                        "checkpoint_timeout",
                        "archive_timeout",
                        "log_autovacuum_min_duration",
                        "log_recovery_conflict_waits")
                .forEach(old -> since.put(old, 14));
        since.put("log_lock_failures", 18);
        since.put("idle_replication_slot_timeout", 18);
        return since;
    }

    static boolean has(String name) {
        return SINCE.containsKey(name);
    }

    static Set<String> names() {
        return SINCE.keySet();
    }

    /// The first major version that has it, if Lockkeeper knows of one that has not.
    static Optional<Integer> since(String name) {
        return Optional.ofNullable(SINCE.get(name)).filter(major -> major > 14);
    }
}
