package io.lockkeeper.wal;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/// All that is needed to bring a cluster back to a time: a physical backup, and files for its
/// `restore_command`.
///
/// Where no transaction was committed after `to`, PostgreSQL says that recovery ended before the target was
/// reached; then the end of the log is the same state.
public record RecoveryPlan(long backup, String systemIdentifier, Instant to, List<LogFile> log) {
    private static final DateTimeFormatter WITHOUT_WORDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS'+00'");

    /// The time as `recovery_target_time` takes it: at that point, a server knows no names of time zones, and no `Z`.
    public String targetTime() {
        return WITHOUT_WORDS.format(to.atOffset(ZoneOffset.UTC));
    }

    /// A segment or a history of timelines, as an artifact with one file of that name.
    public record LogFile(String name, String depot, String folder, String sha256) {}
}
