package io.lockkeeper.backup;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides by rules which backups stay, and says why. Logical and physical ones are counted apart; so are those that
/// would be of no use now: they neither take the place of good ones, nor go because of them. Those of a target that was
/// forgotten are counted apart from those of a new one of the same name.
record Keeping(KeepRules rules, ZoneId zone, Instant now) {
    private static final Comparator<Keepable> NEWEST_FIRST =
            Comparator.comparing(Keepable::takenAt).thenComparing(Keepable::id).reversed();

    /// @param reasons why it stays; none: it goes
    record Fate(Keepable backup, List<String> reasons) {
        Fate {
            reasons = List.copyOf(reasons);
        }

        boolean goes() {
            return reasons.isEmpty();
        }
    }

    /// What is counted together.
    private record Group(@Nullable Long targetId, BackupSpec.Method method, boolean apart) {
        static Group of(Keepable backup) {
            return new Group(backup.targetId(), backup.method(), backup.apart() != null);
        }
    }

    /// Newest first.
    List<Fate> fates(List<Keepable> backups) {
        Map<Group, List<Keepable>> groups = new LinkedHashMap<>();
        backups.stream().sorted(NEWEST_FIRST).forEach(backup -> groups.computeIfAbsent(
                        Group.of(backup), _ -> new ArrayList<>())
                .add(backup));
        return groups.values().stream()
                .flatMap(group -> fatesOf(group).stream())
                .sorted(Comparator.comparing(Fate::backup, NEWEST_FIRST))
                .toList();
    }

    /// The newest proven one of those that are counted together with it: no rule removes that one.
    static Optional<Keepable> lastProven(Keepable like, List<Keepable> backups) {
        return backups.stream()
                .filter(other -> Group.of(other).equals(Group.of(like)) && other.proven())
                .min(NEWEST_FIRST);
    }

    private List<Fate> fatesOf(List<Keepable> group) {
        List<Counter> counters = counters();
        Optional<Keepable> proven = lastProven(group.getFirst(), group);
        List<Fate> fates = new ArrayList<>();
        for (int i = 0; i < group.size(); i++) {
            Keepable backup = group.get(i);
            List<String> reasons = whatever(backup);
            if (proven.isPresent() && proven.get() == backup) {
                reasons.add("last proven");
            }
            if (i < rules.atLeast()) {
                reasons.add("at least " + rules.atLeast());
            }
            if (i < count(rules.last())) {
                reasons.add("last " + (i + 1));
            }
            ZonedDateTime taken = backup.takenAt().atZone(zone);
            counters.forEach(counter -> counter.take(taken).ifPresent(reasons::add));
            if (rules.within() != null
                    && !backup.takenAt().isBefore(group.getFirst().takenAt().minus(rules.within()))) {
                reasons.add("within " + hours());
            }
            fates.add(new Fate(backup, reasons));
        }
        return fates;
    }

    /// What keeps it whatever the rules say.
    private List<String> whatever(Keepable backup) {
        List<String> reasons = new ArrayList<>();
        if (backup.hold() != null) {
            reasons.add("hold: " + backup.hold());
        }
        if (backup.expiresAt() != null && backup.expiresAt().isAfter(now)) {
            reasons.add("until " + backup.expiresAt());
        }
        backup.readers().forEach(job -> reasons.add("read by job " + job));
        return reasons;
    }

    private String hours() {
        long minutes = rules.within().toMinutes();
        return minutes % 60 == 0 ? minutes / 60 + "h" : minutes + "m";
    }

    private List<Counter> counters() {
        return List.of(
                new Counter(Period.DAILY, count(rules.daily())),
                new Counter(Period.WEEKLY, count(rules.weekly())),
                new Counter(Period.MONTHLY, count(rules.monthly())),
                new Counter(Period.YEARLY, count(rules.yearly())));
    }

    private static int count(@Nullable Integer rule) {
        return rule == null ? 0 : rule;
    }

    /// Takes the newest of each period, as long as there is something left to take. Periods are remembered one and all:
    /// clocks that are put back over midnight come to a day twice.
    private static final class Counter {
        private final Period period;
        private final int most;
        private final Set<String> taken = new HashSet<>();

        Counter(Period period, int most) {
            this.period = period;
            this.most = most;
        }

        Optional<String> take(ZonedDateTime time) {
            String name = period.of(time);
            return taken.size() < most && taken.add(name) ? Optional.of(period.word() + " " + name) : Optional.empty();
        }
    }
}
