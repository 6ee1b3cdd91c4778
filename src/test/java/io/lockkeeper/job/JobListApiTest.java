package io.lockkeeper.job;

import static io.lockkeeper.job.ApiJobs.JOBS;
import static io.lockkeeper.job.ApiJobs.cancel;
import static io.lockkeeper.job.ApiJobs.later;
import static io.lockkeeper.job.ApiJobs.started;
import static io.lockkeeper.job.ApiJobs.target;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class JobListApiTest {
    @Test
    void filters() {
        String mark = UUID.randomUUID().toString();
        String target = target();
        long waiting = started(later(target).put("labels", labels(mark, "a")));
        long cancelled = started(later(target).put("labels", labels(mark, "b")));
        cancel(cancelled);
        long counted =
                started(new JsonObject().put("kind", "test-count").put("to", 1).put("labels", labels(mark, "a=b")));
        ApiJobs.await(counted, JobState.SUCCEEDED);

        assertThat(ids("?label=mark=" + mark)).containsExactly(counted, cancelled, waiting);
        assertThat(ids("?target=" + target)).containsExactly(cancelled, waiting);
        assertThat(ids("?target=" + target + "&state=SCHEDULED")).containsExactly(waiting);
        assertThat(ids("?label=mark=" + mark + "&state=SCHEDULED&state=SUCCEEDED"))
                .containsExactly(counted, waiting);
        assertThat(ids("?label=mark=" + mark + "&kind=test-count")).containsExactly(counted);
        assertThat(ids("?label=mark=" + mark + "&label=team=b")).containsExactly(cancelled);
        assertThat(ids("?label=mark=" + mark + "&label=team=a=b")).containsExactly(counted);
        assertThat(ids("?label=mark=" + mark + "&kind=nonsense")).isEmpty();
        assertThat(ids("?target=nowhere")).isEmpty();
    }

    @Test
    void pagesStayPutWhileJobsAreAdded() {
        String target = target();
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            all.addFirst(started(later(target)));
        }
        List<Long> seen = new ArrayList<>();
        String cursor = "";
        do {
            var page = list("?target=" + target + "&limit=3" + cursor).extract().jsonPath();
            seen.addAll(page.getList("items.id", Long.class));
            started(later(target));
            cursor = page.getString("next") == null ? "" : "&cursor=" + page.getString("next");
        } while (!cursor.isEmpty());

        assertThat(seen).isEqualTo(all);
    }

    @Test
    void aPageThatIsExactlyFullIsTheLast() {
        String target = target();
        started(later(target));
        started(later(target));
        list("?target=" + target + "&limit=2").body("items", hasSize(2)).body("next", nullValue());
        list("?target=" + target + "&limit=1").body("items", hasSize(1)).body("next", notNullValue());
        list("?target=" + target + "&limit=100000").body("items", hasSize(2));
    }

    @Test
    void aCursorBelongsToItsFilters() {
        String target = target();
        started(later(target));
        started(later(target));
        String next = list("?limit=1&target=" + target).extract().path("next");
        for (String other : new String[] {
            "",
            "&target=t-other",
            "&target=" + target + "&kind=sleep",
            "&target=" + target + "&state=QUEUED",
            "&target=" + target + "&label=a=b"
        }) {
            refused("?cursor=" + next + other, "cursor-mismatch");
        }
        refused("?target=" + target + "&cursor=" + next + "x", "cursor-mismatch");
        list("?target=" + target + "&cursor=").body("items", hasSize(2));
        refused("?target=" + target + "&cursor=%00", "invalid-parameter");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=-1",
                "limit=x",
                "limit=1.5",
                "state=queued",
                "state=DONE",
                "label=a",
                "label==b",
                "label=a=1&label=a=2",
                "target=%00",
                "kind=a%00b",
                "label=a%00=b",
                "label=a=%00"
            })
    void refusesParametersThatMakeNoSense(String query) {
        refused("?" + query, "invalid-parameter");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "target='%20OR%201=1--",
                "kind=%25",
                "label=a='%7D",
                "target=%F0%9F%94%92",
                "kind=",
                "limit=",
                "state=",
                "label=",
                "limit=99999999999"
            })
    void takesParametersAsTheyAre(String query) {
        list("?" + query).body("items", notNullValue());
    }

    @Test
    void showsWholeJobs() {
        String target = target();
        long id = started(later(target));
        list("?target=" + target)
                .body("items[0].id", is((int) id))
                .body("items.spec.duration", everyItem(is("0s")))
                .body("items.links.self", everyItem(notNullValue()))
                .body("items[0].requestedBy.subject", is("admin"));
    }

    private static JsonObject labels(String mark, String team) {
        return new JsonObject().put("mark", mark).put("team", team);
    }

    private static List<Long> ids(String query) {
        return list(query).extract().jsonPath().getList("items.id", Long.class);
    }

    private static ValidatableResponse list(String query) {
        return asAdmin().urlEncodingEnabled(false).get(JOBS + query).then().statusCode(200);
    }

    private static void refused(String query, String code) {
        asAdmin()
                .urlEncodingEnabled(false)
                .get(JOBS + query)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", is(code));
    }
}
