package io.lockkeeper.repository;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.postgres.ChildProcess.Command;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// Runs a tool for a job, for a time that has a bound and an answer that has one.
final class Asking {
    private static final Duration LONGEST_ANSWER = Duration.ofMinutes(3);
    private static final Duration LONGEST_FETCH = Duration.ofDays(2);
    private static final int LARGEST_ANSWER = 32 << 20;
    private static final int WORDS_KEPT = 5;
    private static final int LONGEST_WORDS = 500;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(50)
                    .maxStringLength(100_000)
                    .maxNumberLength(100)
                    .build())
            .build());

    private final JobContext job;
    private final Path program;
    private final List<String> always;
    private final String repository;

    /// @param always the arguments that begin each command line
    Asking(JobContext job, Path program, List<String> always, String repository) {
        this.job = job;
        this.program = program;
        this.always = List.copyOf(always);
        this.repository = repository;
    }

    JsonNode json(String... arguments) throws IOException, InterruptedException {
        var answer = new ByteArrayOutputStream();
        Deque<String> words = new ArrayDeque<>();
        int exitCode;
        try {
            exitCode = job.run(
                    command(List.of(arguments)),
                    (buffer, length) -> {
                        if (answer.size() + length > LARGEST_ANSWER) {
                            throw new IOException("more than " + LARGEST_ANSWER + " bytes");
                        }
                        answer.write(buffer, 0, length);
                    },
                    line -> hear(line, words),
                    LONGEST_ANSWER);
        } catch (TimeoutException silent) {
            throw refused("repository-silent", "did not answer within " + LONGEST_ANSWER.toMinutes() + " minutes");
        } catch (java.io.UncheckedIOException tooMuch) {
            throw refused("repository-not-understood", "answered with more than 32 MB");
        }
        if (exitCode != 0) {
            throw refused("repository-unusable", "ended with " + exitCode + said(words));
        }
        try {
            return JSON.readTree(answer.toByteArray());
        } catch (JsonProcessingException nonsense) {
            throw refused("repository-not-understood", "answered with something that is no JSON");
        }
    }

    /// How it ended, and what it said last.
    record Ended(int exitCode, String words) {
        boolean well() {
            return exitCode == 0;
        }
    }

    /// Runs it to its end; its words are the job's log.
    Ended toTheEnd(List<String> arguments) throws IOException, InterruptedException {
        return ended(arguments, LONGEST_FETCH, job::log);
    }

    /// The same for something small, of which nobody wants to read.
    Ended briefly(List<String> arguments) throws IOException, InterruptedException {
        return ended(arguments, LONGEST_ANSWER, line -> {});
    }

    private Ended ended(List<String> arguments, Duration bound, Consumer<String> log)
            throws IOException, InterruptedException {
        Deque<String> words = new ArrayDeque<>();
        try {
            int exitCode = job.run(
                    command(arguments),
                    line -> {
                        hear(line, words);
                        log.accept(line);
                    },
                    bound);
            return new Ended(exitCode, said(words));
        } catch (TimeoutException late) {
            throw refused("repository-silent", "did not end within " + bound.toMinutes() + " minutes");
        }
    }

    Refused refused(Ended ended) {
        return refused("repository-unusable", "ended with " + ended.exitCode() + ended.words());
    }

    Refused refused(String code, String what) {
        return new Refused(Problem.of(
                502,
                code,
                "Repository of another tool",
                program.getFileName() + ", asked about repository " + repository + ", " + what + "."));
    }

    private Command command(List<String> more) throws IOException {
        List<String> arguments = new ArrayList<>(always);
        arguments.addAll(more);
        return new Command(program, arguments, job.directory(), Map.of());
    }

    private static synchronized void hear(String line, Deque<String> words) {
        if (words.size() == WORDS_KEPT) {
            words.removeFirst();
        }
        words.addLast(line);
    }

    private static synchronized String said(Deque<String> words) {
        String all = String.join(" / ", words).replaceAll("\\p{Cntrl}", " ");
        return all.isBlank() ? "" : "; it said: " + all.substring(0, Math.min(all.length(), LONGEST_WORDS));
    }
}
