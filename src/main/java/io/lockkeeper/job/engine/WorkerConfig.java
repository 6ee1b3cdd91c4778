package io.lockkeeper.job.engine;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// How this instance works off jobs.
@ConfigMapping(prefix = "lockkeeper.worker")
public interface WorkerConfig {
    /// False: this instance answers requests and streams, and leaves the jobs to others.
    @WithDefault("true")
    boolean enabled();

    /// How many jobs it runs at a time.
    @WithDefault("32")
    int slots();

    /// It serves only targets that carry all of these labels: a network zone, a region. Without any it serves all.
    Map<String, String> labels();

    /// What jobs show as their worker; by default the host's name and the process id.
    Optional<String> name();

    /// How long it may be silent before its jobs go to others.
    @WithDefault("8s")
    Duration lease();

    /// How often it says that it is alive and asks which of its jobs were cancelled. A cancel reaches it at this age at
    /// the latest.
    @WithDefault("1s")
    Duration renewEvery();

    /// How long running jobs may go on after the instance was told to stop.
    @WithDefault("20s")
    Duration grace();

    /// How often it looks for work if nobody rings.
    @WithDefault("1s")
    Duration pollEvery();

    /// Where jobs keep what they need while they run: a dump on its way to a depot, a restored copy. Each
    /// has a directory of its own there.
    @WithDefault("${lockkeeper.home:.lockkeeper}/work")
    Path directory();

    /// How long finished jobs and their events are kept.
    @WithDefault("90d")
    Duration keepHistory();
}
