package io.lockkeeper.backup;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.PermanentFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/// What a program said on stderr, and what became of it. Its exit code alone tells nothing; its last words do.
final class Complaints {
    private static final int KEPT = 20;
    private static final int LONGEST = 500;
    private static final Pattern WORTH_KEEPING = Pattern.compile(
            "error:|warning:|FATAL|detail:|hint:|Query was|could not|aborting", Pattern.CASE_INSENSITIVE);

    /// In this order: the first that fits says what it was.
    private enum Cause {
        LOCK("lock timeout|canceling statement due to statement timeout|could not obtain lock", true),
        NO_REPLICATION(
                "no pg_hba.conf entry for replication|rejects replication connection|must be superuser or replication role"
                        + "|permission denied to start WAL sender|unsupported startup parameter",
                false),
        DENIED("permission denied|must be superuser|must be owner|must have privileges", false),
        ROW_SECURITY("row-level security|row security", false),
        VERSION("server version mismatch", false),
        NOTHING_MATCHES("no matching (tables|schemas|extensions) were found|no matching .* for pattern", false),
        CREDENTIAL("password authentication failed|no password supplied|authentication failed", false),
        NO_SLOT("too many clients|remaining connection slots|all replication slots|number of requested standby", true),
        NO_SPACE("No space left on device", true),
        CHANGED("does not exist|cache lookup failed|could not open relation", true),
        LOST(
                "server closed the connection|connection to server .* failed|terminating connection|no connection to the server"
                        + "|could not connect|SSL connection has been closed|shutting down|in recovery mode",
                true),
        SOMETHING_ELSE("", true);

        private final Pattern sign;
        private final boolean mayPass;

        Cause(String sign, boolean mayPass) {
            this.sign = Pattern.compile(sign);
            this.mayPass = mayPass;
        }
    }

    private final String program;
    private final Deque<String> kept = new ArrayDeque<>();

    Complaints(String program) {
        this.program = program;
    }

    synchronized void accept(String line) {
        if (WORTH_KEEPING.matcher(line).find()) {
            if (kept.size() == KEPT) {
                kept.removeFirst();
            }
            kept.addLast(line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line);
        }
    }

    /// Why it did not end well: to be tried again if that may help.
    synchronized RuntimeException failure(String target, int exitCode, Blockers lastSeen) {
        String said = String.join(" / ", kept);
        Cause cause = List.of(Cause.values()).stream()
                .filter(each -> each.sign.matcher(said).find())
                .findFirst()
                .orElse(Cause.SOMETHING_ELSE);
        Problem problem = problem(cause, target, exitCode, said, lastSeen);
        return cause.mayPass ? new Refused(problem) : new PermanentFailure(problem);
    }

    private Problem problem(Cause cause, String target, int exitCode, String said, Blockers lastSeen) {
        String quote = said.isEmpty() ? " It said nothing (exit code " + exitCode + ")." : " It said: " + said;
        String who = program + " on target " + target;
        return switch (cause) {
            case LOCK ->
                Problem.conflict(
                        "lock-not-granted",
                        who + " waited in vain for a lock on a table."
                                + (lastSeen.any() ? " In its way: " + lastSeen + "." : "") + quote);
            case DENIED, ROW_SECURITY ->
                Problem.unprocessable(
                        "privilege-missing",
                        who + " may not read everything that it shall back up: grant it, or exclude that." + quote);
            case NO_REPLICATION ->
                Problem.unprocessable(
                        "replication-not-allowed",
                        who + " was not let in: the role needs REPLICATION, pg_hba.conf a line for the database"
                                + " replication, and a pooler in between does not do." + quote);
            case VERSION -> Problem.unprocessable("client-tools-missing", who + " is too old for the server." + quote);
            case NOTHING_MATCHES ->
                Problem.unprocessable(
                        "nothing-selected", who + " found nothing that include or exclude names." + quote);
            case CREDENTIAL ->
                Problem.unprocessable("target-authentication-failed", who + " was refused its credential." + quote);
            case NO_SLOT ->
                Problem.of(502, "target-full", "Target has no connection left", who + " found no place." + quote);
            case NO_SPACE ->
                Problem.of(507, "no-space", "No space left", who + " ran out of space for its working files." + quote);
            case CHANGED ->
                Problem.conflict("target-changed", who + " met a schema that was being changed under it." + quote);
            case LOST ->
                Problem.of(
                        502,
                        "target-connection-lost",
                        "Connection to the target lost",
                        who + " lost the server." + quote);
            case SOMETHING_ELSE -> Problem.of(502, "tool-failed", "A program failed", who + " failed." + quote);
        };
    }
}
