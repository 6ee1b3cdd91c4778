package io.lockkeeper.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@QuarkusTest
class OpenApiFileApiTest {
    private static final Path FILE = Path.of("openapi/openapi.yaml");

    /// With `-Dlockkeeper.openapi.write=true` (that is what bin/openapi does) it writes the file first.
    @Test
    void theCommittedContractIsWhatTheApplicationServes() throws IOException {
        String served =
                given().get("/q/openapi").then().statusCode(200).extract().asString();
        if (Boolean.getBoolean("lockkeeper.openapi.write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, served);
        }
        String committed = Files.exists(FILE) ? Files.readString(FILE) : "";

        assertThat(committed.strip())
                .as(
                        "openapi/openapi.yaml differs from what the application serves: run bin/openapi and commit the file")
                .isEqualTo(served.strip());
    }

    @Test
    void everyOperationDocumentsItsProblems() {
        given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body(
                        "paths.collectMany { it.value.values() }.findAll { it.responses != null }.every { it.responses['401'] != null"
                                + " && it.responses['503'].content['application/problem+json'] != null }",
                        is(true));
    }

    @Test
    void theReaderOfTheContractAsksForAToken() {
        given().get("/q/swagger-ui/")
                .then()
                .statusCode(200)
                .contentType("text/html")
                .body(containsString("deepLinking: true"));
        given().get("/q/openapi?format=json")
                .then()
                .body("security[0].keySet()", hasItem("bearer"))
                .body("components.securitySchemes.bearer.scheme", is("bearer"));
    }
}
