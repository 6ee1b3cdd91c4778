package io.lockkeeper.repository;

import static io.lockkeeper.security.ApiTokens.asAdmin;

import io.lockkeeper.job.ApiJobs;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/// A target, and what is said of repositories with backups of it.
record RegisteredTarget(String name) {
    ValidatableResponse register(String repository) {
        return asAdmin().put(path(repository)).then();
    }

    /// The look that was asked for by this has come to its end when its job has.
    JsonPath looked(String repository) {
        long before = lastJob();
        register(repository);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> lastJob() > before && isDone(lastJob()));
        return view(repository);
    }

    JsonPath view(String repository) {
        return asAdmin().get(path(repository)).then().statusCode(200).extract().jsonPath();
    }

    JsonPath await(String repository, Predicate<JsonPath> wanted) {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> view(repository), wanted);
    }

    List<Map<String, Object>> backups() {
        return asAdmin()
                .get("/api/v1/backups?target=" + name)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("items");
    }

    JsonPath latest() {
        return asAdmin()
                .get("/api/v1/backups/latest?target=" + name)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    String path(String repository) {
        return "/api/v1/targets/" + name + "/backup-repositories/" + repository;
    }

    private long lastJob() {
        List<Integer> jobs = asAdmin()
                .get(ApiJobs.JOBS + "?kind=backup-repository-look&target=" + name)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("items.id");
        return jobs.isEmpty() ? 0 : jobs.getFirst();
    }

    /// Or waits for its next attempt, which tells nothing new here.
    private static boolean isDone(long job) {
        JsonPath now = ApiJobs.get(job).extract().jsonPath();
        return now.getBoolean("done") || now.getInt("attempt") > 0 && "RETRY_BACKOFF".equals(now.getString("reason"));
    }
}
