package io.lockkeeper.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.resteasy.reactive.server.runtime.ResteasyReactiveRecorder;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.core.Deployment;
import org.junit.jupiter.api.Test;

/// Walks all routes of the running application: whoever adds one and forgets its guard finds out here.
@QuarkusTest
class RoutesApiTest {

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
        operations().forEach((operation, call) -> assertThat(call.as(given()))
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
                boolean denied = call.as(ApiTokens.as(token)) == 403;
                assertThat(denied).as(operation + " as " + role).isEqualTo(!role.allows(needs.get(operation)));
            });
        });
    }

    /// One call of an operation, with nothing in it that could do harm if it were let in: an id that does not exist, an
    /// empty body.
    private record Call(String method, String path) {
        int as(RequestSpecification caller) {
            return caller.accept("*/*")
                    .contentType(ContentType.JSON)
                    .body(method.equals("GET") ? "" : "[]")
                    .request(method, path.replaceAll("\\{[^}]+}", "0"))
                    .statusCode();
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
                        method.toUpperCase(java.util.Locale.ROOT) + " " + path,
                        new Call(method.toUpperCase(java.util.Locale.ROOT), path))));
        assertThat(operations).isNotEmpty();
        return operations;
    }

    private static Stream<Method> resourceMethods() {
        return resourceClasses().stream()
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> verb(method) != null);
    }

    private static Set<Class<?>> resourceClasses() {
        Deployment deployment = ResteasyReactiveRecorder.getCurrentDeployment();
        Set<Class<?>> classes = new java.util.HashSet<>();
        deployment.getClassMappers().forEach(path -> Arrays.stream(path.value.handlers)
                .filter(org.jboss.resteasy.reactive.server.handlers.ClassRoutingHandler.class::isInstance)
                .flatMap(handler -> ((org.jboss.resteasy.reactive.server.handlers.ClassRoutingHandler) handler)
                        .getMappers().values().stream())
                .forEach(mapper ->
                        mapper.getTemplates().forEach(template -> classes.add(template.value.getResourceClass()))));
        return classes;
    }

    private static String verb(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .filter(java.util.Objects::nonNull)
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
