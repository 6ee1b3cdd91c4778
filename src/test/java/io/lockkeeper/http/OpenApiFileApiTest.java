package io.lockkeeper.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@QuarkusTest
class OpenApiFileApiTest {
    private static final Path FILE = Path.of("openapi/openapi.yaml");

    /// As trees: the order of fields is the generator's mood. With `-Dlockkeeper.openapi.write=true`, which is what
    /// bin/openapi does, it writes the file first: some of the contract is known only when the application is up.
    @Test
    void theCommittedContractIsWhatTheApplicationServes() throws IOException {
        if (Boolean.getBoolean("lockkeeper.openapi.write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, given().get("/q/openapi").asString());
        }
        JsonNode served = new ObjectMapper()
                .readTree(given().get("/q/openapi?format=json").asString());
        JsonNode committed = Files.exists(FILE)
                ? new ObjectMapper(new YAMLFactory()).readTree(FILE.toFile())
                : NullNode.getInstance();

        assertThat(committed)
                .as(
                        "openapi/openapi.yaml differs from what the application serves: run bin/openapi and commit the file")
                .isEqualTo(served);
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
