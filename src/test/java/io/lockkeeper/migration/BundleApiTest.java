package io.lockkeeper.migration;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.store.StoreAnswer;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class BundleApiTest {
    private static final String BUNDLES = "/api/v1/migration-bundles";

    @Inject
    Pool store;

    private static ValidatableResponse upload(JsonObject bundle) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(bundle.encode())
                .post(BUNDLES)
                .then();
    }

    private static ValidatableResponse upload(byte[] zip) {
        return asAdmin().contentType("application/zip").body(zip).post(BUNDLES).then();
    }

    private static JsonObject file(String path, String content) {
        return new JsonObject()
                .put(
                        "files",
                        new JsonArray().add(new JsonObject().put("path", path).put("content", content)));
    }

    private static byte[] zip(String path, byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(path));
            zip.write(content);
        }
        return bytes.toByteArray();
    }

    @Test
    void keepsTheSameFilesOnce() throws IOException {
        String sql = "SELECT '" + UUID.randomUUID() + "';";

        String sha = upload(file("a/V1__x.sql", sql)).statusCode(201).extract().path("sha256");

        upload(zip("a/V1__x.sql", sql.getBytes(StandardCharsets.UTF_8)))
                .statusCode(200)
                .body("sha256", is(sha))
                .body("files", is(1));
        asAdmin().get(BUNDLES).then().statusCode(200).body("items[0].sha256", is(sha));
        asAdmin()
                .get(BUNDLES + "/" + sha + "/files")
                .then()
                .statusCode(200)
                .body("path", is(java.util.List.of("a/V1__x.sql")))
                .body("[0].bytes", is(sql.length()));
        asAdmin()
                .get(BUNDLES + "/" + sha + "/content?path=a/V1__x.sql")
                .then()
                .statusCode(200)
                .body(is(sql));
        asAdmin().get(BUNDLES + "/" + sha + "/content?path=b").then().statusCode(404);
        asAdmin().get(BUNDLES + "/" + "0".repeat(64)).then().statusCode(404);
    }

    @Test
    void nobodyChangesABundle() {
        upload(file("V1__x.sql", "SELECT '" + UUID.randomUUID() + "';")).statusCode(201);
        for (String change : new String[] {
            "UPDATE migration_bundle_file SET content = ''",
            "DELETE FROM migration_bundle_file",
            "UPDATE migration_bundle SET files = 9"
        }) {
            assertThatThrownBy(() -> StoreAnswer.await(store.query(change).execute()))
                    .hasMessageContaining("immutable");
        }
    }

    @Test
    void takesArchivesThatAreLargerThanOtherBodies() throws IOException {
        byte[] noise = new byte[3 << 20];
        new Random().nextBytes(noise);

        upload(zip("noise.bin", noise)).statusCode(201).body("bytes", is(noise.length));

        byte[] tooMuch = new byte[17 << 20];
        new Random().nextBytes(tooMuch);
        upload(zip("noise.bin", tooMuch)).statusCode(413).body("code", is("too-large"));
        asAdmin()
                .contentType("application/zip")
                .body(noise)
                .post("/api/v1/jobs")
                .then()
                .statusCode(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../V1__x.sql", "/V1__x.sql", "a\\b.sql"})
    void refusesPathsThatLeadOut(String path) throws IOException {
        upload(file(path, ""))
                .statusCode(422)
                .body("code", is("bundle-refused"))
                .body("detail", containsString("path"));
        upload(zip(path, new byte[0])).statusCode(422).body("code", is("bundle-refused"));
    }

    @Test
    void tellsWhatIsWrongWithJson() {
        assertThat(upload(new JsonObject("{\"files\": [{\"path\": 1}], \"more\": 2}"))
                        .statusCode(400)
                        .extract()
                        .<java.util.List<String>>path("errors.pointer"))
                .containsExactlyInAnyOrder("/files/0/path", "/files/0/content", "/more");
        upload("no zip".getBytes(StandardCharsets.UTF_8)).statusCode(422).body("code", is("bundle-refused"));
    }
}
