package io.lockkeeper.job;

import org.jspecify.annotations.Nullable;

/// Why a job is started that nobody asks for at this moment.
///
/// @param schedule its name, shown with the job; none: a feature starts it
/// @param subject who is said to have asked for it
/// @param via how; for what a schedule starts by itself, who wrote the schedule: they cannot approve it
/// @param key two jobs with the same subject and key are one
public record Occasion(
        @Nullable String schedule,
        String subject,
        String via,
        @Nullable String requestId,
        String key) {
    /// How keys of this sort begin. With a space in them, callers cannot make such keys; they are kept as long as the
    /// history of jobs, for whoever died between asking for a job and writing down which one it is may take long to
    /// come back.
    public static final String KEYS = "schedule run/";
}
