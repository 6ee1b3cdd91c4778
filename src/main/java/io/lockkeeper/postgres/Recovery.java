package io.lockkeeper.postgres;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How far a copied cluster is brought.
///
/// @param archive a directory with segments of its log, beyond those that are in the copy itself; none: to the end of
/// those, as after a crash
/// @param targetTime as `recovery_target_time` takes it; none: to the end of the log
public record Recovery(@Nullable Path archive, @Nullable String targetTime) {
    public static final Recovery TO_CONSISTENCY = new Recovery(null, null);

    public Recovery {
        if (archive == null && targetTime != null) {
            throw new IllegalArgumentException("a time is reached by an archive only");
        }
    }

    Map<String, String> settings() {
        Map<String, String> all = new TreeMap<>();
        if (archive != null) {
            String from = archive.toString().replace("'", "'\\''").replace("%", "%%");
            all.put("restore_command", "cp '" + from + "'/%f \"%p\"");
            all.put("recovery_target_timeline", "latest");
        }
        if (targetTime != null) {
            all.put("recovery_target_time", targetTime);
            all.put("recovery_target_action", "promote");
        }
        return all;
    }
}
