package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupSpec.Method.LOGICAL;

import io.lockkeeper.backup.BackupView.Verdict;
import io.lockkeeper.backup.Keeping.Fate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// What stories about keeping are told with.
final class KeepingStories {
    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private KeepingStories() {}

    static List<String> kept(Rules rules, String zone, String... taken) {
        List<Keepable> backups = IntStream.range(0, taken.length)
                .mapToObj(i -> backup(i + 1, taken[i]).made())
                .toList();
        return told(keeping(rules, zone).fates(backups)).stream()
                .filter(line -> line.contains(":"))
                .toList();
    }

    static List<String> told(List<Fate> fates) {
        return fates.stream()
                .map(fate -> fate.backup().id() + (fate.goes() ? "" : ": " + String.join(", ", fate.reasons())))
                .toList();
    }

    static Keeping keeping(Rules rules, String zone) {
        return new Keeping(rules.made(), ZoneId.of(zone), NOW);
    }

    static Rules rules() {
        return new Rules(null, null, null, null, null, null, null);
    }

    record Rules(
            Integer last,
            Integer daily,
            Integer weekly,
            Integer monthly,
            Integer yearly,
            Duration within,
            Integer atLeast) {
        Rules last(int n) {
            return new Rules(n, daily, weekly, monthly, yearly, within, atLeast);
        }

        Rules daily(int n) {
            return new Rules(last, n, weekly, monthly, yearly, within, atLeast);
        }

        Rules weekly(int n) {
            return new Rules(last, daily, n, monthly, yearly, within, atLeast);
        }

        Rules monthly(int n) {
            return new Rules(last, daily, weekly, n, yearly, within, atLeast);
        }

        Rules yearly(int n) {
            return new Rules(last, daily, weekly, monthly, n, within, atLeast);
        }

        Rules within(String hours) {
            return new Rules(last, daily, weekly, monthly, yearly, Duration.parse("PT" + hours), atLeast);
        }

        Rules atLeast(int n) {
            return new Rules(last, daily, weekly, monthly, yearly, within, n);
        }

        KeepRules made() {
            return new KeepRules(last, daily, weekly, monthly, yearly, within, atLeast);
        }
    }

    static Draft backup(long id, String taken) {
        return backup(id, java.time.OffsetDateTime.parse(taken).toInstant());
    }

    static Draft backup(long id, Instant taken) {
        return new Draft(new Keepable(id, 7L, LOGICAL, taken, 1000, Verdict.UNPROVEN, null, null, null, List.of()));
    }

    record Draft(Keepable made) {
        private Draft with(Long target, BackupSpec.Method method, Verdict verdict, String apart) {
            return new Draft(new Keepable(
                    made.id(),
                    target,
                    method,
                    made.takenAt(),
                    made.bytes(),
                    verdict,
                    apart,
                    made.expiresAt(),
                    made.hold(),
                    made.readers()));
        }

        private Draft keptFor(Instant expires, String hold, List<Long> readers) {
            return new Draft(new Keepable(
                    made.id(),
                    made.targetId(),
                    made.method(),
                    made.takenAt(),
                    made.bytes(),
                    made.verdict(),
                    made.apart(),
                    expires,
                    hold,
                    readers));
        }

        Draft ofForgottenTarget() {
            return with(null, made.method(), made.verdict(), made.apart());
        }

        Draft of(BackupSpec.Method method) {
            return with(made.targetId(), method, made.verdict(), made.apart());
        }

        Draft proven() {
            return with(made.targetId(), made.method(), Verdict.PROVEN, made.apart());
        }

        Draft apart(String why) {
            return with(made.targetId(), made.method(), made.verdict(), why);
        }

        Draft expires(Instant at) {
            return keptFor(at, made.hold(), made.readers());
        }

        Draft hold(String why) {
            return keptFor(made.expiresAt(), why, made.readers());
        }

        Draft readBy(Long... jobs) {
            return keptFor(made.expiresAt(), made.hold(), Arrays.asList(jobs));
        }
    }
}
