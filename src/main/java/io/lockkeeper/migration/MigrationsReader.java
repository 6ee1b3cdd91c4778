package io.lockkeeper.migration;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.JournalStore.LastReading;
import io.lockkeeper.migration.MigrationSpec.FormatName;
import io.lockkeeper.migration.MigrationSpec.Options;
import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.sql.Grammar;
import io.lockkeeper.target.ConnectOptions;
import io.lockkeeper.target.TargetFacts;
import io.lockkeeper.target.TargetProblems;
import io.lockkeeper.target.Targets;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads how the migrations of a target stand over one session, and changes nothing there. Blocks; for virtual threads.
@Singleton
class MigrationsReader {
    private static final Duration CONNECT_BOUND = Duration.ofSeconds(5);
    private static final Duration CALL_BOUND = Duration.ofSeconds(5);

    private final Targets targets;
    private final BundleStore bundles;
    private final JournalStore journals;
    private final Grammar grammar;

    MigrationsReader(Targets targets, BundleStore bundles, JournalStore journals, Grammar grammar) {
        this.grammar = grammar;
        this.targets = targets;
        this.bundles = bundles;
        this.journals = journals;
    }

    /// @param bundle null: the one that ran last there
    /// @param format null: that of its last run there, else as its files look
    MigrationsReport read(String name, @Nullable String bundle, @Nullable FormatName format)
            throws InterruptedException {
        TargetFacts target = targets.find(name).orElseThrow(() -> new Refused(Problem.notFound("target " + name)));
        String sha256 = Optional.ofNullable(bundle)
                .or(() -> lastBundle(target))
                .orElseThrow(() -> new Refused(Problem.unprocessable(
                        "no-bundle", "No bundle has run on target " + name + " yet; name one with ?bundle=.")));
        Bundle found = bundles.find(sha256).orElseThrow(() -> new Refused(Problem.notFound("bundle " + sha256)));
        LastReading last =
                journals.lastReading(target.id(), sha256).orElse(new LastReading(FormatName.AUTO, Options.NONE));
        LastReading reading = format == null ? last : new LastReading(format, last.options());
        try (PgSession session = targets.connect(
                target.id(), ConnectOptions.named("lockkeeper/migrations").within(CONNECT_BOUND))) {
            return read(target, found, reading, session.within(CALL_BOUND));
        } catch (ConnectFailure failure) {
            throw new Refused(TargetProblems.of(name, failure));
        } catch (PermanentFailure failure) {
            throw new Refused(failure.problem());
        } catch (PgFailure failure) {
            throw new Refused(Problem.of(
                    502,
                    "target-read-failed",
                    "Reading failed",
                    "Target " + name + " let us in, and then failed (" + failure.sqlState() + ")."));
        }
    }

    private Optional<String> lastBundle(TargetFacts target) {
        try {
            return journals.lastBundle(target.id());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private MigrationsReport read(TargetFacts target, Bundle bundle, LastReading reading, PgSession session)
            throws InterruptedException {
        var spec = new MigrationSpec(
                bundle.sha256(), null, reading.format(), null, null, null, null, null, null, null, reading.options());
        Work work = Work.of(bundle, reading.format(), reading.options(), session, grammar);
        List<JournalEntry> open = journals.open(target.id(), work.place(session));
        Unfinished unfinished = Unfinished.of(open);
        Plan plan = work.plan(spec, session, unfinished.ids()).on(target);
        return new MigrationsReport(
                target.name(),
                bundle.sha256(),
                work.format().name(),
                work.history().table(),
                plan.standing().entries(),
                plan.findings(),
                plan.digest(),
                List.copyOf(unfinished.ids()),
                work.source().left(),
                Instant.now());
    }
}
