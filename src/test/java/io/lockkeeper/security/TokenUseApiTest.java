package io.lockkeeper.security;

import static io.lockkeeper.security.ApiTokens.as;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who comes in with what, and who does not.
@QuarkusTest
class TokenUseApiTest {
    private static final String TOKENS = "/api/v1/tokens";

    @Inject
    Pool pool;

    @Test
    void refusesARevokedTokenAtOnce() {
        ValidatableResponse made = create(Map.of("name", name(), "roles", List.of("viewer")));
        String secret = made.extract().path("secret");
        int id = made.extract().path("id");
        as(secret).get("/api/v1/me").then().statusCode(200);

        asAdmin().delete(TOKENS + "/" + id).then().statusCode(204);

        as(secret).get("/api/v1/me").then().statusCode(401);
        asAdmin().delete(TOKENS + "/" + id).then().statusCode(404);
        asAdmin().get(TOKENS + "/" + id).then().statusCode(404);
    }

    @Test
    void refusesATokenThatAnotherInstanceRevokedWithinSeconds() {
        ValidatableResponse made = create(Map.of("name", name(), "roles", List.of("viewer")));
        String secret = made.extract().path("secret");
        as(secret).get("/api/v1/me").then().statusCode(200);

        one("UPDATE token SET revoked_at = now() WHERE id = " + made.extract().path("id") + " RETURNING 'done'");

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> as(secret).get("/api/v1/me").then().statusCode(401));
    }

    @Test
    void refusesAnExpiredToken() {
        Instant soon = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.MILLIS);
        String secret = create(Map.of("name", name(), "roles", List.of("viewer"), "expiresAt", soon.toString()))
                .statusCode(201)
                .extract()
                .path("secret");

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        as(secret).get("/api/v1/me").then().statusCode(401).body("code", is("invalid-token")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer ",
                "Bearer nonsense",
                "Bearer lk_1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "Bearer lk_999999999999999999999_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "Bearer this-is-a-token-that-is-long-enough-but-nobody-knows-it",
                "Basic YWRtaW46YWRtaW4=",
                "lk_1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void refusesWhatIsNoTokenOfOurs(String authorization) {
        given().header("Authorization", authorization)
                .get("/api/v1/me")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", "Bearer realm=\"lockkeeper\", error=\"invalid_token\"")
                .body("code", is("invalid-token"));
    }

    @Test
    void asksForATokenWhereNoneIsPresented() {
        given().get("/api/v1/me")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", "Bearer realm=\"lockkeeper\"")
                .body("code", is("unauthorized"));
        given().queryParam("access_token", ApiTokens.admin())
                .get("/api/v1/me")
                .then()
                .statusCode(401);
        given().cookie("Authorization", "Bearer " + ApiTokens.admin())
                .get("/api/v1/me")
                .then()
                .statusCode(401);
    }

    @Test
    void refusesTwoTokensAtOnce() {
        asAdmin().header("Authorization", "Bearer x").get("/api/v1/me").then().statusCode(401);
    }

    @Test
    void staysReachableWhereItIsPublic() {
        for (String path : List.of("/q/health/live", "/q/openapi", "/q/swagger-ui/")) {
            given().get(path).then().statusCode(200);
            given().header("Authorization", "Bearer nonsense").get(path).then().statusCode(200);
        }
    }

    @Test
    void keepsTheMetricsForWhoMayReadThem() {
        given().get("/q/metrics").then().statusCode(401).contentType("application/problem+json");
        given().get("/q/metrics/").then().statusCode(401);
        as("nonsense").get("/q/metrics").then().statusCode(401).contentType("application/problem+json");
        as(ApiTokens.with(Role.VIEWER)).get("/q/metrics").then().statusCode(200).body(containsString("jvm_"));
    }

    @Test
    void notesWhenATokenWasUsed() {
        ValidatableResponse made = create(Map.of("name", name(), "roles", List.of("viewer")));
        as(made.extract().path("secret")).get("/api/v1/me").then().statusCode(200);

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> asAdmin()
                .get(TOKENS + "/" + made.extract().path("id"))
                .then()
                .body("lastUsedAt", endsWith("Z")));
    }

    @Test
    void tellsCallersWhatTheyMayDo() {
        String viewer = ApiTokens.with(Role.VIEWER);

        as(viewer)
                .get("/api/v1/me")
                .then()
                .body("permissions", hasItem("jobs-read"))
                .body("permissions", not(hasItem("jobs-start")));
        review(viewer, "{\"verb\": \"jobs-read\"}").statusCode(200).body("allowed", is(true));
        review(viewer, "{\"verb\": \"jobs-start\", \"kind\": \"backup\", \"target\": \"orders\"}")
                .statusCode(200)
                .body("allowed", is(false))
                .body("reason", containsString("needs the role operator"));
        review(viewer, "{\"verb\": \"fly\"}").statusCode(400).body("errors.pointer", hasItem("/verb"));
    }

    private static ValidatableResponse review(String token, String body) {
        return as(token)
                .contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/access-reviews")
                .then();
    }

    private static ValidatableResponse create(Map<String, ?> wanted) {
        return asAdmin().contentType(ContentType.JSON).body(wanted).post(TOKENS).then();
    }

    private static String name() {
        return "bot-" + UUID.randomUUID();
    }

    private String one(String query) {
        return pool.query(query)
                .execute()
                .await()
                .atMost(Duration.ofSeconds(30))
                .iterator()
                .next()
                .getString(0);
    }
}
