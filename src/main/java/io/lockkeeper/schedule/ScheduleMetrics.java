package io.lockkeeper.schedule;

import io.lockkeeper.http.Words;
import io.lockkeeper.schedule.RunView.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

@Singleton
class ScheduleMetrics {
    private final Map<Outcome, Counter> runs = new EnumMap<>(Outcome.class);
    private final AtomicLong late = new AtomicLong();

    ScheduleMetrics(MeterRegistry registry) {
        for (Outcome outcome : Outcome.values()) {
            if (outcome != Outcome.STARTING) {
                runs.put(
                        outcome,
                        Counter.builder("lockkeeper.schedule.runs")
                                .description("What became of due times, as this instance has seen to it")
                                .tag("outcome", Words.of(outcome))
                                .register(registry));
            }
        }
        Gauge.builder("lockkeeper.schedules.late", late, AtomicLong::get)
                .description("Schedules that should have started something more than a minute ago")
                .register(registry);
    }

    void count(Outcome outcome) {
        runs.get(outcome).increment();
    }

    /// How many schedules should have been started more than a minute ago.
    void late(long schedules) {
        late.set(schedules);
    }
}
