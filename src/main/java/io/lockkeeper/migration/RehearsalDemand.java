package io.lockkeeper.migration;

import static io.lockkeeper.store.StoreAnswer.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Durations;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.http.Words;
import io.lockkeeper.job.Jobs;
import io.lockkeeper.migration.Rehearsal.Outcome;
import io.lockkeeper.migration.RehearsalStore.Ended;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.target.TargetFacts;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A target's protection can demand that what is applied there was rehearsed. A rehearsal counts for the very same
/// bundle, format, direction, end and options, as long as the data that it ran on is not older than demanded, and no
/// later one has failed.
@Singleton
class RehearsalDemand {
    private final RehearsalStore rehearsals;
    private final JournalStore journals;
    private final ObjectMapper json;

    RehearsalDemand(RehearsalStore rehearsals, JournalStore journals, ObjectMapper json) {
        this.rehearsals = rehearsals;
        this.journals = journals;
        this.json = json;
    }

    /// What a rehearsal and a run must have in common for the one to say something about the other: all that
    /// decides about what would run. Decisions and patience do not.
    ///
    /// @param bundle its sha256, however it was named
    static String subject(MigrationSpec spec, String bundle) {
        MigrationSpec.Options asked = spec.settings();
        String all = String.join(
                "\0",
                bundle,
                spec.format().word(),
                spec.direction().name(),
                String.valueOf(spec.to()),
                String.valueOf(asked.schema()),
                String.valueOf(asked.table()),
                String.valueOf(asked.baseline()),
                new TreeMap<>(asked.placeholders()).toString(),
                asked.contexts().toString(),
                asked.labels().toString());
        return Bundle.digest(all.getBytes(StandardCharsets.UTF_8));
    }

    /// @return fails with Refused
    Uni<Void> admit(MigrationSpec spec, TargetFacts target) {
        if (target.rehearsedWithin() == null) {
            return Uni.createFrom().voidItem();
        }
        return Jobs.uni(bundle(spec, target).compose(bundle -> bundle.map(known -> demand(spec, target, known))
                .orElseGet(Future::succeededFuture)));
    }

    /// None that is known: the job will say so.
    private Future<Optional<String>> bundle(MigrationSpec spec, TargetFacts target) {
        if (spec.files() != null) {
            return Future.succeededFuture(
                    Optional.of(BundleSpec.bundleOf(spec.files()).sha256()));
        }
        return spec.bundle() != null
                ? Future.succeededFuture(Optional.of(spec.bundle()))
                : journals.lookupLastBundle(target.id());
    }

    /// The same when the job begins.
    void demandAgain(MigrationSpec spec, TargetFacts target, String bundle) throws InterruptedException {
        if (target.rehearsedWithin() != null) {
            await(demand(spec, target, bundle));
        }
    }

    /// What has begun may go on: half of a bundle is worse than an old rehearsal.
    private Future<Void> demand(MigrationSpec spec, TargetFacts target, String bundle) {
        return journals.hasBegun(target.id(), bundle)
                .compose(begun -> begun ? Future.succeededFuture() : demandOne(spec, target, bundle));
    }

    private Future<Void> demandOne(MigrationSpec spec, TargetFacts target, String bundle) {
        return rehearsals.latest(target.id(), subject(spec, bundle)).map(latest -> {
            Instant oldest = Instant.now().minus(target.rehearsedWithin());
            boolean counts = latest.stream()
                    .takeWhile(each -> each.outcome() == Outcome.PASSED)
                    .anyMatch(each -> !each.dataAt().isBefore(oldest));
            if (!counts) {
                throw new Refused(needed(spec, target, bundle, latest));
            }
            return null;
        });
    }

    private Problem needed(MigrationSpec spec, TargetFacts target, String bundle, List<Ended> latest) {
        Duration within = target.rehearsedWithin();
        return Problem.of(
                409,
                "rehearsal-needed",
                "A rehearsal is needed",
                "Nothing was changed: target " + target.name()
                        + " is protected, and what is applied there must have passed a"
                        + " rehearsal on data that is not older than " + Durations.format(within) + "; " + last(latest)
                        + " Make one: POST " + MigrationResource.PATH + " " + request(spec, target, bundle));
    }

    private static String last(List<Ended> latest) {
        if (latest.isEmpty()) {
            return "this bundle was never rehearsed there with this direction, format and options.";
        }
        Ended last = latest.getFirst();
        return "the last one, " + last.job() + ", " + last.outcome() + " at " + last.at() + " on data of "
                + last.dataAt() + ".";
    }

    /// As it has to be sent; files that came with the request have to come with this one as well.
    private String request(MigrationSpec spec, TargetFacts target, String bundle) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("target", target.name());
        if (spec.files() == null) {
            request.put("bundle", bundle);
        } else {
            request.put("files", "the same");
        }
        if (spec.format() != MigrationSpec.FormatName.AUTO) {
            request.put("format", spec.format().word());
        }
        if (spec.direction() == Direction.DOWN) {
            request.put("direction", Words.of(spec.direction()));
        }
        if (spec.to() != null) {
            request.put("to", spec.to());
        }
        if (spec.options() != null) {
            request.put("options", spec.options());
        }
        request.put("rehearseOn", RehearsalBasis.LATEST);
        try {
            return json.writeValueAsString(request);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
