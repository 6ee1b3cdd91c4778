package io.lockkeeper.job.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.job.table.TellProgress.Told;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What a run tells the world, gathered so that a talkative tool costs a few rows a second and not one a line. From any
/// thread.
final class Story {
    private static final int LINES_AN_EVENT = 200;
    /// Readers hold whole events in memory, hundreds at a time.
    private static final int CHARACTERS_AN_EVENT = 16_000;
    private static final int LONGEST_LINE = 4_000;
    private static final int MOST_LINES = 100_000;

    private final long job;
    private final int lease;
    private final ObjectMapper json;
    private final Consumer<Told> ledger;
    private final List<String> lines = new ArrayList<>();
    private Map<String, Object> progress;
    private int characters;
    private int linesSoFar;
    private int notes;

    Story(long job, int lease, ObjectMapper json, Consumer<Told> ledger) {
        this.job = job;
        this.lease = lease;
        this.json = json;
        this.ledger = ledger;
    }

    synchronized void log(String line) {
        if (linesSoFar > MOST_LINES) {
            return;
        }
        linesSoFar++;
        String text = line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + " [cut]" : line;
        lines.add(
                linesSoFar > MOST_LINES
                        ? "[the log is full: " + MOST_LINES + " lines; what follows is not kept]"
                        : text);
        characters += text.length();
        if (lines.size() >= LINES_AN_EVENT || characters >= CHARACTERS_AN_EVENT) {
            flushLines();
        }
    }

    synchronized void progress(int percent, String message, int step) {
        progress = new LinkedHashMap<>();
        progress.put("percent", percent);
        if (step > 0) {
            progress.put("stepNo", step);
        }
        if (message != null) {
            progress.put("message", message);
        }
    }

    synchronized void tell(String type, Map<String, Object> data) {
        flush();
        write(type, data);
    }

    synchronized void flush() {
        flushLines();
        if (progress != null) {
            write("progress", progress);
            progress = null;
        }
    }

    private void flushLines() {
        if (!lines.isEmpty()) {
            write("log", Map.of("lines", List.copyOf(lines)));
            lines.clear();
            characters = 0;
        }
    }

    private void write(String type, Object data) {
        ledger.accept(new Told(job, lease, ++notes, type, RunContext.write(json, data), Instant.now()));
    }
}
