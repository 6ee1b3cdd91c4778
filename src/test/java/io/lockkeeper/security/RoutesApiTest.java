package io.lockkeeper.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Walks all routes of the running application: whoever adds one and forgets its guard finds out here.
@QuarkusTest
class RoutesApiTest {
    @Inject
    BeanManager beans;

    @TestHTTPResource
    URI server;

    @Test
    void everyResourceMethodSaysWhatItNeeds() {
        List<String> forgetful = resourceMethods()
                .filter(method -> !method.isAnnotationPresent(Needs.class))
                .map(method -> method.getDeclaringClass().getSimpleName() + "." + method.getName())
                .toList();

        assertThat(forgetful).as("resource methods without @Needs").containsExactly("EdgeResource.forgotten");
    }

    @Test
    void everyOperationOfTheContractAsksForAToken() {
        operations().forEach((operation, call) -> assertThat(status(call, Optional.empty()))
                .as(operation + " without a token")
                .isEqualTo(401));
    }

    @Test
    void everyOperationIsDeniedToWhoLacksItsRole() {
        Map<String, Permission> needs = new TreeMap<>();
        resourceMethods()
                .filter(method -> method.isAnnotationPresent(Needs.class))
                .forEach(method -> needs.put(
                        operation(method), method.getAnnotation(Needs.class).value()));
        Map<Role, String> tokens = new TreeMap<>();
        for (Role role : Role.values()) {
            tokens.put(role, ApiTokens.with(role));
        }

        operations().forEach((operation, call) -> {
            assertThat(needs).as("known operations").containsKey(operation);
            tokens.forEach((role, token) -> {
                boolean denied = status(call, Optional.of(token)) == 403;
                assertThat(denied).as(operation + " as " + role).isEqualTo(!role.allows(needs.get(operation)));
            });
        });
    }

    /// One call of an operation, with nothing in it that could do harm if it were let in: an id that does not exist, a
    /// body that is none.
    private record Call(String method, String path) {}

    /// The status alone: some answers are streams without an end.
    private int status(Call call, Optional<String> token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        server.resolve(call.path().replaceAll("\\{[^}]+}", "0")))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json")
                .method(
                        call.method(),
                        call.method().equals("GET")
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString("[]"));
        token.ifPresent(text -> request.header("Authorization", "Bearer " + text));
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            answer.body().close();
            client.shutdownNow();
            return answer.statusCode();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private static Map<String, Call> operations() {
        Map<String, Map<String, Object>> paths = given().accept(ContentType.JSON)
                .get("/q/openapi?format=json")
                .then()
                .extract()
                .path("paths");
        Map<String, Call> operations = new TreeMap<>();
        paths.forEach((path, item) -> item.keySet().stream()
                .filter(method ->
                        Set.of("get", "put", "post", "patch", "delete").contains(method))
                .forEach(method -> operations.put(
                        method.toUpperCase(Locale.ROOT) + " " + path,
                        new Call(method.toUpperCase(Locale.ROOT), path))));
        assertThat(operations).isNotEmpty();
        return operations;
    }

    private Stream<Method> resourceMethods() {
        return beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                .map(Bean::getBeanClass)
                .filter(type -> type.isAnnotationPresent(Path.class))
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> verb(method) != null);
    }

    private static String verb(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .filter(Objects::nonNull)
                .map(HttpMethod::value)
                .findFirst()
                .orElse(null);
    }

    private static String operation(Method method) {
        String base = method.getDeclaringClass().getAnnotation(Path.class).value();
        Path own = method.getAnnotation(Path.class);
        String path = own == null ? base : base + "/" + own.value();
        return verb(method) + " " + ("/" + path).replaceAll("/+", "/");
    }
}
