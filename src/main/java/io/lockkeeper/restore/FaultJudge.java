package io.lockkeeper.restore;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Tells what a fault of a restore means: nothing, that the test could not run on this machine, that the data which was
/// backed up is at odds with itself, or that the backup is broken.
///
/// @param partial whether the backup is of a part of its database
final class FaultJudge {
    private static final Set<String> OF_THE_MACHINE = Set.of("53", "57", "58", "F0");
    private static final Set<String> OUT_OF_REACH = Set.of("08", "HV");
    private static final Set<String> NOT_THERE = Set.of("42P01", "42883", "42704", "3F000", "42703");
    private static final String VIOLATED = "23";

    /// What holds data: if that is not there, it was not left out but lost.
    private static final Set<String> OF_DATA =
            Set.of("", "TABLE", "TABLE DATA", "SEQUENCE", "SEQUENCE SET", "BLOBS", "BLOB", "BLOB METADATA", "DATABASE");
    private static final Pattern LACKING = Pattern.compile(
            "server closed the connection|connection to server|could not connect|out of memory|No space left on device"
                    + "|could not fork|could not create worker|must be loaded via .?shared_preload_libraries"
                    + "|could not load library|unsupported version|ICU is not supported|invalid command .restrict",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern OF_A_NEWER_TOOL = Pattern.compile(
            "unrecognized configuration parameter \"(transaction_timeout|default_table_access_method)\".*");

    private final boolean partial;
    private final List<Reason> reasons = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Place> failed = new ArrayList<>();

    FaultJudge(boolean partial) {
        this.partial = partial;
    }

    /// @param place what it was about, if that is known
    /// @throws PermanentFailure if it says nothing about the backup
    void judge(RestoreFault fault, @Nullable Place place) {
        String subject = place == null ? null : place.title();
        String type = place == null ? "" : place.type();
        if (isOfTheMachine(fault, type)) {
            throw new PermanentFailure(couldNotRun(fault, subject));
        }
        if (OF_A_NEWER_TOOL.matcher(fault.message()).matches()
                && fault.command().startsWith("SET ")) {
            notes.add("The server knows no setting of a newer pg_dump: " + fault.message() + ".");
            return;
        }
        if (place != null) {
            failed.add(place);
        }
        if (type.equals("MATERIALIZED VIEW DATA") && OUT_OF_REACH.contains(fault.sqlClass())) {
            notes.add(subject + " could not be computed anew: it wants another server, and a sandbox has no way out.");
        } else if (partial && !OF_DATA.contains(type) && NOT_THERE.contains(String.valueOf(fault.sqlState()))) {
            notes.add(subject + " could not be made: what it needs was left out of the backup (" + fault.message()
                    + ").");
        } else if (fault.sqlClass().equals(VIOLATED)) {
            reasons.add(new Reason(
                    Reason.Code.SOURCE,
                    subject,
                    fault.sqlState(),
                    "The backup is faithful, and what was backed up violates its own rules: " + fault.message()));
        } else {
            reasons.add(new Reason(Reason.Code.RESTORE, subject, fault.sqlState(), fault.message()));
        }
    }

    private static boolean isOfTheMachine(RestoreFault fault, String type) {
        return OF_THE_MACHINE.contains(fault.sqlClass())
                || LACKING.matcher(fault.message()).find()
                || Set.of("EXTENSION", "DATABASE", "COLLATION").contains(type);
    }

    private static Problem couldNotRun(RestoreFault fault, @Nullable String subject) {
        return Problem.unprocessable(
                "sandbox-lacks-something",
                "The sandbox on this worker cannot take " + (subject == null ? "the backup" : subject)
                        + ", which says nothing about the backup: " + fault.message()
                        + (fault.sqlState() == null ? "" : " (" + fault.sqlState() + ")") + ".");
    }

    Findings findings() {
        return new Findings(reasons, notes);
    }

    /// What is not in the copy, and has been told of.
    List<Place> failed() {
        return List.copyOf(failed);
    }
}
