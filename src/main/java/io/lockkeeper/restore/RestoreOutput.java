package io.lockkeeper.restore;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads along what `pg_restore` and `psql` say. Names in it are the target's and may hold anything,
/// line breaks too: what is read here says what a fault was about, and never that there was none.
final class RestoreOutput {
    private static final int MOST = 2_000;
    private static final int LONGEST = 2_000;
    private static final Pattern ENTRY = Pattern.compile("pg_restore: from TOC entry (\\d+);.*");
    private static final Pattern ERROR = Pattern.compile("pg_restore: error: (.*)");
    private static final Pattern OF_SERVER = Pattern.compile("(?s).*?(?:ERROR|FATAL|PANIC): {1,2}(.*)");
    private static final Pattern OF_PSQL = Pattern.compile("psql:.*?:(\\d+): (?:ERROR|FATAL|PANIC): {2}(\\w{5}): (.*)");
    private static final Pattern PSQL_ITSELF = Pattern.compile("psql:.*?: error: (.*)");
    private static final Pattern WARNING = Pattern.compile("(?:psql:.*?:\\d+: )?WARNING: {2}(?:\\w{5}: )?(.*)");
    private static final String COMMAND = "Command was: ";

    private final List<RestoreFault> faults = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private @Nullable Integer entry;
    private @Nullable RestoreFault open;
    private final StringBuilder command = new StringBuilder();
    private boolean inCommand;

    /// One line.
    synchronized void hear(String line) {
        if (line.startsWith("pg_restore: ") || line.startsWith("psql:")) {
            finish();
            program(line);
        } else if (open != null && line.startsWith(COMMAND)) {
            inCommand = true;
            command.append(line, COMMAND.length(), line.length());
        } else if (inCommand && command.length() < LONGEST) {
            command.append('\n').append(line);
        }
        Matcher warning = WARNING.matcher(line);
        if (warning.matches() && warnings.size() < MOST && !warnings.contains(warning.group(1))) {
            warnings.add(warning.group(1));
        }
    }

    private void program(String line) {
        Matcher at = ENTRY.matcher(line);
        Matcher error = ERROR.matcher(line);
        Matcher psql = OF_PSQL.matcher(line);
        Matcher itself = PSQL_ITSELF.matcher(line);
        if (at.matches()) {
            entry = Integer.valueOf(at.group(1));
        } else if (line.startsWith("pg_restore: while INITIALIZING")) {
            entry = null;
        } else if (error.matches()) {
            open = new RestoreFault(entry, null, cut(words(error.group(1))), null, "");
        } else if (psql.matches()) {
            open = new RestoreFault(null, Long.valueOf(psql.group(1)), cut(psql.group(3)), psql.group(2), "");
        } else if (itself.matches()) {
            open = new RestoreFault(null, null, cut(itself.group(1)), null, "");
        }
    }

    private static String words(String error) {
        Matcher server = OF_SERVER.matcher(error);
        return server.matches() ? server.group(1) : error;
    }

    private void finish() {
        if (open != null && faults.size() < MOST) {
            faults.add(new RestoreFault(
                    open.dumpId(),
                    open.line(),
                    open.message(),
                    open.sqlState(),
                    cut(command.toString().strip())));
        }
        open = null;
        inCommand = false;
        command.setLength(0);
    }

    private static String cut(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    synchronized List<RestoreFault> faults() {
        finish();
        return List.copyOf(faults);
    }

    synchronized List<String> warnings() {
        return List.copyOf(warnings);
    }
}
