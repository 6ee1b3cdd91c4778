package io.lockkeeper.security;

import static io.lockkeeper.security.ApiTokens.as;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class TokenApiTest {
    private static final String TOKENS = "/api/v1/tokens";

    @Inject
    Pool pool;

    @Test
    void createsATokenThatWorksAndShowsItsSecretOnce() {
        String name = name();
        ValidatableResponse made = create(Map.of("name", name, "roles", List.of("viewer")))
                .statusCode(201)
                .header("Location", matchesPattern(".*/api/v1/tokens/[0-9]+"))
                .body("secret", matchesPattern("lk_[0-9]+_[A-Za-z0-9_-]{43}"))
                .body("roles", equalTo(List.of("viewer")))
                .body("createdBy", is("admin"))
                .body("expiresAt", notNullValue());
        String secret = made.extract().path("secret");
        int id = made.extract().path("id");

        as(secret)
                .get("/api/v1/me")
                .then()
                .statusCode(200)
                .body("subject", is(name))
                .body("via", is("token/" + id));
        asAdmin()
                .get(TOKENS + "/" + id)
                .then()
                .statusCode(200)
                .body("secret", nullValue())
                .body("name", is(name));
        asAdmin().get(TOKENS).then().body("items.name", hasItem(name)).body(not(containsString(secret)));
    }

    @Test
    void keepsOnlyAHash() {
        String secret = create(Map.of("name", name(), "roles", List.of("viewer")))
                .extract()
                .path("secret");

        String stored = one("SELECT string_agg(t::text, ' ') FROM token t")
                + one("SELECT string_agg(a::text, ' ') FROM audit a");

        assertThat(stored)
                .doesNotContain(secret.substring(secret.lastIndexOf('_') + 1))
                .contains("\\x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"roles": ["viewer"]}                                    | /name
            {"name": "", "roles": ["viewer"]}                        | /name
            {"name": "a b", "roles": ["viewer"]}                     | /name
            {"name": "a"}                                            | /roles
            {"name": "a", "roles": []}                               | /roles
            {"name": "a", "roles": ["root"]}                         | /roles/0
            {"name": "a", "roles": ["ADMIN"]}                        | /roles/0
            {"name": "a", "roles": ["viewer", "viewer"]}             | /roles/1
            {"name": "a", "roles": ["viewer"], "secret": "x"}        | /secret
            {"name": "lockkeeper", "roles": ["viewer"]}              | ''
            {"name": "a", "roles": ["viewer"], "expiresAt": "2020-01-01T00:00:00Z"} | /expiresAt
            {"name": "a", "roles": ["viewer"], "expiresAt": "9000-01-01T00:00:00Z"} | /expiresAt
            """)
    void refusesATokenThatIsNotWellDescribed(String body, String pointer) {
        asAdmin()
                .contentType(ContentType.JSON)
                .body(body)
                .post(TOKENS)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors.pointer", hasItem(pointer));
    }

    @Test
    void refusesANameThatALivingTokenHas() {
        Map<String, Object> wanted = Map.of("name", name(), "roles", List.of("viewer"));
        int id = create(wanted).statusCode(201).extract().path("id");

        create(wanted).statusCode(409).body("code", is("token-name-taken"));
        asAdmin().delete(TOKENS + "/" + id).then().statusCode(204);
        create(wanted).statusCode(201);
    }

    @Test
    void repeatsTheAnswerToTheSameKeyWithoutTheSecret() {
        Map<String, Object> wanted = Map.of("name", name(), "roles", List.of("viewer"));
        String key = UUID.randomUUID().toString();

        int id = createWith(key, wanted).statusCode(201).extract().path("id");

        createWith(key, wanted)
                .statusCode(200)
                .header("Idempotency-Replayed", "true")
                .body("id", is(id))
                .body("secret", nullValue());
        createWith(key, Map.of("name", name(), "roles", List.of("viewer")))
                .statusCode(422)
                .body("code", is("idempotency-key-reused"));
    }

    @Test
    void pagesThroughTheTokens() {
        create(Map.of("name", name(), "roles", List.of("viewer")));
        create(Map.of("name", name(), "roles", List.of("viewer")));

        ValidatableResponse first =
                asAdmin().get(TOKENS + "?limit=1").then().statusCode(200).body("items", hasSize(1));
        String next = first.extract().path("next");

        int firstId = first.extract().path("items[0].id");
        int secondId = asAdmin()
                .queryParam("cursor", next)
                .get(TOKENS + "?limit=1")
                .then()
                .extract()
                .path("items[0].id");
        assertThat(secondId).isLessThan(firstId);
        asAdmin()
                .queryParam("cursor", "nonsense")
                .get(TOKENS)
                .then()
                .statusCode(400)
                .body("code", is("cursor-mismatch"));
        asAdmin().get(TOKENS + "?limit=1000").then().body("next", nullValue());
    }

    @Test
    void doesNotRevokeTheLastAdmin() {
        int admin = asAdmin()
                .get("/api/v1/me")
                .then()
                .extract()
                .<String>path("via")
                .transform(via -> Integer.parseInt(via.substring(6)));
        for (int other : asAdmin()
                .get(TOKENS + "?limit=1000")
                .then()
                .extract()
                .<List<Integer>>path("items.findAll { it.roles.contains('admin') }.id")) {
            if (other != admin) {
                asAdmin().delete(TOKENS + "/" + other).then().statusCode(204);
            }
        }

        asAdmin().delete(TOKENS + "/" + admin).then().statusCode(409).body("code", is("last-admin"));

        asAdmin().get("/api/v1/me").then().statusCode(200);
    }

    @Test
    void leavesATrailOfWhatWasDone() {
        String name = name();
        int id = create(Map.of("name", name, "roles", List.of("viewer")))
                .extract()
                .path("id");
        asAdmin()
                .header("X-Request-Id", "trail-1")
                .delete(TOKENS + "/" + id)
                .then()
                .statusCode(204);

        asAdmin()
                .get("/api/v1/audit?subject=admin&limit=1000")
                .then()
                .statusCode(200)
                .body(
                        "items.findAll { it.object == 'token/" + id + "' }.action",
                        equalTo(List.of("token.revoke", "token.create")))
                .body("items.find { it.requestId == 'trail-1' }.detail.name", is(name));
        asAdmin()
                .get("/api/v1/audit?action=token.create&limit=1000")
                .then()
                .body("items.action.unique()", equalTo(List.of("token.create")));
        asAdmin().get("/api/v1/audit?target=nowhere").then().body("items", hasSize(0));
        String next = asAdmin().get("/api/v1/audit?limit=1").then().extract().path("next");
        asAdmin().queryParam("cursor", next).get("/api/v1/audit?limit=1").then().statusCode(200);
        asAdmin()
                .queryParam("cursor", next)
                .get("/api/v1/audit?action=token.create")
                .then()
                .statusCode(400);
    }

    @Test
    void keepsTheTrailFromBeingRewritten() {
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> one("UPDATE audit SET subject = 'x' RETURNING subject"))
                .hasMessageMatching("(?s).*(append-only|permission denied).*");
    }

    private static ValidatableResponse create(Map<String, ?> wanted) {
        return asAdmin().contentType(ContentType.JSON).body(wanted).post(TOKENS).then();
    }

    private static ValidatableResponse createWith(String key, Map<String, ?> wanted) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .header("Idempotency-Key", key)
                .body(wanted)
                .post(TOKENS)
                .then();
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
