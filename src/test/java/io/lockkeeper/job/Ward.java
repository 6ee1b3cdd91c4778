package io.lockkeeper.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.Instance;
import io.lockkeeper.TestServers;
import io.lockkeeper.store.StoreAccess;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/// What tests with whole processes look at: the store as it is, whatever the processes say.
record Ward(StoreAccess store) {
    static final String TARGET = "patient";
    static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /// Registers a database of its own as a target that takes many jobs at a time.
    static void registerTarget(Instance through) {
        JsonObject patient = new JsonObject().put("limits", new JsonObject().put("jobs", 500));
        through.register(TARGET, TestServers.emptyDatabase(), patient);
    }

    /// Starts a job that sleeps on the target.
    static long sleep(Instance through, Duration duration) {
        return sleep(through, 1, duration).getFirst();
    }

    /// Starts many, all at once.
    static List<Long> sleep(Instance through, int jobs, Duration duration) {
        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, jobs)
                .mapToObj(_ -> HTTP.sendAsync(post(through, duration).build(), BodyHandlers.ofString()))
                .toList();
        return answers.stream()
                .map(CompletableFuture::join)
                .map(Ward::idOfAccepted)
                .sorted()
                .toList();
    }

    /// Jobs of a millisecond that wait for their time, far away.
    List<Long> scheduled(Instance through, int jobs) {
        List<Long> ids = sleep(through, 1, Duration.ofMillis(1));
        awaitCount(0, Duration.ofMinutes(1), "SELECT count(*) FROM job WHERE finished_at IS NULL");
        return column("""
                INSERT INTO job (kind, target, target_id, state, due_at, lane, on_lost, spec, max_attempts,
                                 requested_by, requested_via)
                SELECT kind, target, target_id, 'SCHEDULED', clock_timestamp() + interval '1 day', lane, on_lost, spec, max_attempts,
                       requested_by, requested_via
                FROM job CROSS JOIN generate_series(1, ?) WHERE id = ?
                RETURNING id
                """, jobs, ids.getFirst()).stream()
                .map(Long::valueOf)
                .sorted()
                .toList();
    }

    static HttpRequest.Builder post(Instance through, Duration duration) {
        String spec = "{\"kind\": \"sleep\", \"target\": \"" + TARGET + "\", \"duration\": \"" + duration.toMillis()
                + "ms\"}";
        return HttpRequest.newBuilder(URI.create("http://localhost:" + through.port() + "/api/v1/jobs"))
                .header("Authorization", "Bearer " + Instance.TOKEN)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(spec));
    }

    static long idOfAccepted(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return new JsonObject(answer.body()).getLong("id");
    }

    void awaitCount(long wanted, Duration most, String sql, Object... values) {
        Awaitility.await(sql)
                .atMost(most)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> count(sql, values), found -> found == wanted);
    }

    long count(String sql, Object... values) {
        return Long.parseLong(column(sql, values).getFirst());
    }

    /// The first column of all rows, as text.
    List<String> column(String sql, Object... values) {
        try (Connection connection = TestServers.connect(store.owner());
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            List<String> column = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    column.add(rows.getString(1));
                }
            }
            return column;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /// The states of a job in the order in which they were committed.
    List<String> story(long job) {
        return column("""
                SELECT concat_ws(' ', data ->> 'state', data ->> 'reason') FROM job_event
                WHERE job_id = ? AND type = 'state' ORDER BY seq
                """, job);
    }

    /// Changes with every write to a job up to this one, even with one that writes what is there already.
    String fingerprint(long last) {
        return column("""
                SELECT md5((SELECT string_agg(concat_ws(' ', j.id, j.xmin, j.ctid, j), ';' ORDER BY j.id) FROM job j WHERE j.id <= ?)
                        || (SELECT string_agg(concat_ws(' ', e.seq, e.xmin, e), ';' ORDER BY e.seq) FROM job_event e WHERE e.job_id <= ?)
                        || (SELECT string_agg(concat_ws(' ', s.job_id, s.no, s.xmin, s), ';' ORDER BY s.job_id, s.attempt, s.no) FROM job_step s WHERE s.job_id <= ?))
                """, last, last, last).getFirst();
    }
}
