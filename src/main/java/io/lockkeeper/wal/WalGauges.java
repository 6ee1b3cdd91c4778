package io.lockkeeper.wal;

import io.lockkeeper.job.Loops;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How archives stand, as gauges: every instance shows all of them.
@Startup
@Singleton
class WalGauges {
    private static final Duration PACE = Duration.ofSeconds(15);

    private final WalArchiveStore archives;
    private final WalArchives views;
    private final MultiGauge bytes;
    private final MultiGauge seconds;
    private final MultiGauge age;
    private final MultiGauge gaps;
    private final MultiGauge troubled;

    WalGauges(WalArchiveStore archives, WalArchives views, MeterRegistry registry, Loops loops) {
        this.archives = archives;
        this.views = views;
        this.bytes = gauge(registry, "lockkeeper.wal.lag.bytes", "Log that is not in the depot yet");
        this.seconds = gauge(registry, "lockkeeper.wal.lag.seconds", "Since when commits may not be in the depot");
        this.age = gauge(registry, "lockkeeper.wal.last.archived.seconds", "Since the last segment was archived");
        this.gaps = gauge(registry, "lockkeeper.wal.gaps", "Holes in the archived log");
        this.troubled = gauge(registry, "lockkeeper.wal.troubled", "1: nothing is archived at the moment");
        loops.everywhere("wal-gauges", PACE, this::read);
    }

    private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    void read() throws InterruptedException {
        List<WalArchiveView> all = new ArrayList<>();
        for (WalArchiveStore.Declared each : archives.all()) {
            all.add(views.view(each));
        }
        show(bytes, all, view -> view.lag() == null ? null : view.lag().bytes());
        show(seconds, all, view -> view.lag() == null ? null : view.lag().seconds());
        show(
                age,
                all,
                view -> view.last() == null
                        ? null
                        : Duration.between(view.last().at(), Instant.now()).toSeconds());
        show(gaps, all, view -> (long) view.gaps().size());
        show(troubled, all, view -> view.problem() == null ? 0L : 1L);
    }

    private static void show(
            MultiGauge gauge, List<WalArchiveView> all, Function<WalArchiveView, @Nullable Long> value) {
        gauge.register(
                all.stream()
                        .map(view -> row(view.target(), value.apply(view)))
                        .filter(Objects::nonNull)
                        .toList(),
                true);
    }

    private static @Nullable Row<?> row(String target, @Nullable Long value) {
        return value == null ? null : Row.of(Tags.of("target", target), value);
    }
}
