package io.lockkeeper.schedule;

import io.lockkeeper.job.Jobs;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.Permission;
import io.lockkeeper.security.Policy;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/// Who may do what with a schedule: a caller sees those of targets whose jobs they may see, and changes
/// those that start what they may start themselves.
@Singleton
class ScheduleAccess {
    private final ScheduleStore store;
    private final SecurityIdentity identity;

    ScheduleAccess(ScheduleStore store, SecurityIdentity identity) {
        this.store = store;
        this.identity = identity;
    }

    Caller caller() {
        return Caller.of(identity);
    }

    static boolean sees(Caller caller, Schedule schedule) {
        return Policy.decide(caller, Permission.JOBS_READ, schedule.spec().target())
                .allowed();
    }

    /// What the caller may not see is not there.
    Uni<Schedule> seen(String name) {
        Caller caller = caller();
        return Jobs.uni(store.find(name)).map(found -> found.filter(schedule -> sees(caller, schedule))
                .orElseThrow(() -> ScheduleStore.missing(name)));
    }

    Uni<Schedule> changeable(String name) {
        Caller caller = caller();
        return seen(name)
                .invoke(schedule -> Policy.demand(
                        caller, Permission.JOBS_START, schedule.spec().target()));
    }
}
