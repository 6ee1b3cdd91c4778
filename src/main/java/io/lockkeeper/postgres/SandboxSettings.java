package io.lockkeeper.postgres;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;

/// How a throw-away server is set: fast, because nobody minds when it loses everything; silent towards the outside; and
/// telling enough in its log. Nothing here changes what is restored.
final class SandboxSettings {
    private static final long MIB = 1024 * 1024;

    private SandboxSettings() {}

    static Map<String, String> of(int major) {
        Map<String, String> all = new TreeMap<>();
        all.putAll(fast(memory()));
        all.putAll(alone());
        all.putAll(telling());
        if (major >= 17) {
            all.put("event_triggers", "off"); // one at login could shut us out
        }
        return all;
    }

    /// What is lost with a crash is made again.
    private static Map<String, String> fast(long memory) {
        return Map.ofEntries(
                Map.entry("fsync", "off"),
                Map.entry("full_page_writes", "off"),
                Map.entry("synchronous_commit", "off"),
                Map.entry("wal_level", "minimal"), // COPY into a table of the same transaction writes no log
                Map.entry("max_wal_senders", "0"),
                Map.entry("autovacuum", "off"),
                Map.entry("max_wal_size", "4GB"),
                Map.entry("checkpoint_timeout", "1h"),
                Map.entry("shared_buffers", share(memory, 32, 64, 512)),
                Map.entry("maintenance_work_mem", share(memory, 32, 64, 512)),
                Map.entry("work_mem", share(memory, 256, 8, 64)),
                Map.entry("max_connections", "50"),
                Map.entry("restart_after_crash", "off"));
    }

    /// A copy of somebody's database must not act: no log shipped, nothing subscribed to, no libraries that wake up by
    /// themselves.
    private static Map<String, String> alone() {
        return Map.of(
                "archive_mode", "off",
                "max_logical_replication_workers", "0",
                "shared_preload_libraries", "",
                "session_preload_libraries", "",
                "local_preload_libraries", "",
                "ssl", "off");
    }

    private static Map<String, String> telling() {
        return Map.of(
                "log_destination", "stderr",
                "log_line_prefix", "%m [%p] %e %d ",
                "log_error_verbosity", "verbose",
                "log_checkpoints", "off",
                "log_timezone", "UTC",
                "lc_messages", "C");
    }

    private static String share(long memory, int part, long atLeast, long atMost) {
        return Math.clamp(memory / part / MIB, atLeast, atMost) + "MB";
    }

    /// Of the container, where there is one.
    private static long memory() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }
}
