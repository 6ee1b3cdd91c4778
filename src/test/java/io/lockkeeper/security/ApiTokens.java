package io.lockkeeper.security;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;

/// Tokens for tests of the running application, made the way that callers make them.
public final class ApiTokens {
    private ApiTokens() {}

    /// The admin token of the test profile; it holds all roles.
    public static String admin() {
        Path home = ConfigProvider.getConfig().getValue("lockkeeper.home", Path.class);
        try {
            return Files.readString(home.resolve("admin-token")).strip();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    public static String with(Role... roles) {
        List<String> words = Arrays.stream(roles).map(Role::word).toList();
        return as(admin())
                .contentType(ContentType.JSON)
                .body(Map.of("name", "test-" + UUID.randomUUID(), "roles", words))
                .post("/api/v1/tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("secret");
    }

    /// A request by the bearer of that token.
    public static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    public static RequestSpecification asAdmin() {
        return as(admin());
    }
}
