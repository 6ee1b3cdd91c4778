package io.lockkeeper.timeout;

import io.lockkeeper.http.Fault;
import io.lockkeeper.http.Faults;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.target.TargetFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// A policy, done inside of its transaction and not yet committed: what that changes, and what speaks
/// against it. A plan is a trial that is taken back, so it cannot promise what applying would not do.
///
/// @param before what all places keep, not only those of the policy
record Trial(List<Want> wants, Image before, Image after, List<Finding> findings, List<Fault> faults) {

    static Trial of(Inspection look, PolicyTransaction transaction, TargetFacts target) throws InterruptedException {
        List<Want> wants = new ArrayList<>(Want.of(look.spec()));
        Faults faults = new Faults();
        look.tell(wants, faults);
        Set<Place> places = places(wants);
        Image before = transaction.claim(places, look.server());
        if (look.spec().retireUnlisted()) {
            wants.addAll(Want.retiring(look.spec(), before));
        }
        attempt(wants, look, transaction, faults);
        Image expected = expected(wants, before);
        if (faults.any()) {
            return new Trial(wants, before, expected, List.of(), faults.list());
        }
        confirm(expected, transaction.image(look.server()), places);
        List<Finding> findings = new Guards(look.spec(), look.server(), look.cluster(), expected, target).findings();
        return new Trial(wants, before, expected, findings, List.of());
    }

    /// What the server's catalogue had nothing against. The server's own configuration knows no transactions.
    private static void attempt(List<Want> wants, Inspection look, PolicyTransaction transaction, Faults faults)
            throws InterruptedException {
        Set<String> faulty = faults.list().stream().map(Fault::pointer).collect(Collectors.toSet());
        for (Want want : wants) {
            if (!want.place().ofServer()
                    && !faulty.contains(want.pointer())
                    && look.cluster().has(want.place())) {
                Optional<PgFailure> refusal = transaction.attempt(want.sql());
                refusal.ifPresent(no -> faults.add(want.pointer(), look.refused(want, no.sqlState(), no.getMessage())));
            }
        }
    }

    static Image expected(List<Want> wants, Image before) {
        Image image = before;
        for (Want want : wants) {
            image = image.with(image.at(want.place()).with(want.name(), want.value()));
        }
        return image;
    }

    /// Reads back what was written. Whatever differs was somebody else, at this very moment: try again.
    static void confirm(Image expected, Image actual, Set<Place> places) {
        for (Place place : places) {
            if (!place.ofServer() && !actual.at(place).says(expected.at(place))) {
                throw new Refused(Problem.conflict(
                        "timeouts-changed-meanwhile",
                        "Somebody else changed the settings of " + place + " meanwhile."));
            }
        }
    }

    private static Set<Place> places(List<Want> wants) {
        return wants.stream().map(Want::place).collect(Collectors.toCollection(TreeSet::new));
    }

    Set<Place> places() {
        return places(wants);
    }

    Trial from(Image earlier) {
        return new Trial(wants, earlier, after, findings, faults);
    }

    void refuseFaults() {
        if (!faults.isEmpty()) {
            throw refused("policy-does-not-fit", "The policy does not fit this server; nothing was changed.", faults);
        }
    }

    void refuseFindings() {
        List<Fault> open = findings.stream()
                .filter(finding -> !finding.allowed())
                .map(finding -> new Fault(
                        finding.pointer(), io.lockkeeper.http.Words.of(finding.rule()) + ": " + finding.detail()))
                .toList();
        if (!open.isEmpty()) {
            throw refused(
                    "policy-has-findings",
                    "The policy has findings; mend them, or allow each with a reason. Nothing was changed.",
                    open);
        }
    }

    static PermanentFailure refused(String code, String detail, List<Fault> faults) {
        return new PermanentFailure(
                new Problem(code, "Cannot be done as asked", 422, detail, null, faults, null, null));
    }
}
