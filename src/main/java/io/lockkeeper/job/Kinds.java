package io.lockkeeper.job;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The kinds of jobs that this instance knows, by name.
@Singleton
public class Kinds {
    private final SortedMap<String, JobKind<?, ?>> byName = new TreeMap<>();

    @Inject
    Kinds(@Any Instance<JobKind<?, ?>> kinds) {
        this((Iterable<JobKind<?, ?>>) kinds);
    }

    public Kinds(Iterable<JobKind<?, ?>> kinds) {
        for (JobKind<?, ?> kind : kinds) {
            JobKind<?, ?> twin = byName.put(kind.name(), kind);
            if (twin != null) {
                throw new IllegalStateException("Two kinds of jobs are called " + kind.name() + ": "
                        + twin.getClass().getName() + " and " + kind.getClass().getName());
            }
        }
        byName.values().forEach(this::refuseStrangeProtection);
    }

    private void refuseStrangeProtection(JobKind<?, ?> kind) {
        if (!byName.containsKey(kind.protectedAs())) {
            throw new IllegalStateException("The kind " + kind.name() + " is protected as " + kind.protectedAs()
                    + ", and there is no such kind");
        }
    }

    public Optional<JobKind<?, ?>> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    public Set<String> names() {
        return byName.keySet();
    }

    public Collection<JobKind<?, ?>> all() {
        return byName.values();
    }
}
