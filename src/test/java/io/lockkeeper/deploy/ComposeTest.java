package io.lockkeeper.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.lockkeeper.store.StoreAccess;
import io.quarkus.runtime.configuration.DurationConverter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/// The compose file is one by the schema of the Compose Specification (Apache-2.0, `compose/compose-spec.json`),
/// and what it says about Lockkeeper and about this repository is so.
class ComposeTest {
    private static final Path FILE = Path.of("docker/compose.yaml");

    private final JsonNode compose = Project.tree(FILE);
    private final JsonNode lockkeeper = compose.at("/services/lockkeeper");
    private final Map<String, String> settings = texts(lockkeeper.get("environment"));

    @Test
    void isTheOnlyYamlBesideTheDockerfile() {
        assertThat(Project.yamlBelow("docker")).containsExactly(FILE);
    }

    @Test
    void followsTheComposeSpecification() throws IOException {
        assertThat(schema().validate(compose)).isEmpty();

        ObjectNode wrong = compose.deepCopy();
        ((ObjectNode) wrong.at("/services/lockkeeper")).put("read_onyl", true);
        ((ObjectNode) wrong.at("/services/store/healthcheck")).put("retries", true);
        assertThat(schema().validate(wrong).toString()).contains("read_onyl").contains("retries");
    }

    @Test
    void setsOnlyWhatTheApplicationReads() {
        assertThat(KnownSettings.ofTheApplication().variables()).containsAll(settings.keySet());
    }

    @Test
    void leadsToItsOwnStoreWithTwoRoles() {
        StoreAccess access = StoreAccess.from(
                        name -> settings.containsKey(name) && name.endsWith("_FILE") ? "LICENSE" : settings.get(name))
                .orElseThrow();
        String roles = Project.text("docker/store/10-roles.sql");
        assertThat(roles).contains("CREATE ROLE " + access.owner().username() + " LOGIN");
        assertThat(roles).contains("CREATE ROLE " + access.serving().username() + " LOGIN");
        assertThat(roles)
                .contains("CREATE DATABASE " + access.serving().database() + " OWNER "
                        + access.owner().username());
        assertThat(compose.get("services").has(access.serving().host())).isTrue();
    }

    @Test
    void mountsEverySecretThatIsNamed() {
        Set<String> mounted = secretPaths(lockkeeper);
        settings.forEach((name, value) -> {
            if (name.endsWith("_FILE")) {
                assertThat(mounted).contains(value);
            }
        });
        for (String script : Set.of("store/10-roles.sql", "demo/10-demo.sql")) {
            String service = script.substring(0, script.indexOf('/'));
            Stream<String> read = Project.text("docker/" + script)
                    .lines()
                    .filter(line -> line.contains("`cat "))
                    .map(line -> line.replaceAll(".*`cat (.*)`.*", "$1"));
            assertThat(read).isNotEmpty().allMatch(secretPaths(compose.at("/services/" + service))::contains);
        }
    }

    @Test
    void showsTargetsNoneOfLockkeepersOwnSecrets() {
        Path root = Path.of(settings.get("LOCKKEEPER_SECRETS_FILE_ROOT"));
        assertThat(secretPaths(lockkeeper))
                .filteredOn(path -> Path.of(path).startsWith(root))
                .containsExactly("/run/targets/demo-password");
    }

    @Test
    void namesTheSecretsThatTheScriptMakes() {
        String script = Project.text("docker/make-secrets");
        compose.get("secrets").properties().forEach(secret -> {
            assertThat(secret.getValue().get("file").asText()).isEqualTo("./secrets/" + secret.getKey());
            assertThat(script).containsPattern("for name in .*\\b" + secret.getKey() + "\\b.*; do");
        });
        assertThat(Project.text(".gitignore")).contains("/docker/secrets/");
    }

    @Test
    void mountsFilesThatAreThere() {
        compose.get("services").forEach(service -> service.path("volumes").forEach(volume -> {
            String source = volume.asText().split(":")[0];
            boolean there = source.startsWith(".")
                    ? Files.exists(FILE.resolveSibling(source))
                    : compose.get("volumes").has(source);
            assertThat(there).as(source).isTrue();
        }));
        assertThat(FILE.resolveSibling(lockkeeper.at("/build/context").asText()).resolve("pom.xml"))
                .exists();
        assertThat(lockkeeper.at("/build/dockerfile").asText()).isEqualTo("docker/Dockerfile");
    }

    @Test
    void runsTheImageAsItWasMade() throws Exception {
        assertThat(lockkeeper.get("ports")).allMatch(port -> port.asText().endsWith(":" + Project.httpPort()));
        assertThat(lockkeeper.get("volumes"))
                .anyMatch(volume -> volume.asText().endsWith(":" + Project.dockerfile("WORKDIR")));
        assertThat(lockkeeper.at("/healthcheck/test/1").asText()).isEqualTo("/opt/lockkeeper/healthy");
        assertThat(Project.dockerfile("COPY --chmod=0755")).isEqualTo("docker/healthy /opt/lockkeeper/healthy");
        assertThat(DurationConverter.parseDuration(
                        lockkeeper.get("stop_grace_period").asText()))
                .isGreaterThan(Project.longestStop());
    }

    @Test
    void hasServersThatTheToolsInTheImageCanWorkOn() {
        int tools = Integer.parseInt(Project.dockerfile("ARG PG_MAJOR"));
        assertThat(compose.get("services"))
                .map(service -> service.get("image").asText())
                .filteredOn(image -> image.startsWith("postgres:"))
                .isNotEmpty()
                .allMatch(image -> Integer.parseInt(image.substring("postgres:".length())) <= tools);
    }

    private Set<String> secretPaths(JsonNode service) {
        return StreamSupport.stream(service.get("secrets").spliterator(), false)
                .map(secret -> secret.isTextual()
                        ? "/run/secrets/" + secret.asText()
                        : secret.get("target").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, String> texts(JsonNode environment) {
        Map<String, String> texts = new HashMap<>();
        environment.properties().forEach(entry -> {
            assertThat(entry.getValue().isTextual()).as(entry.getKey()).isTrue();
            texts.put(entry.getKey(), entry.getValue().textValue());
        });
        return texts;
    }

    private static JsonSchema schema() throws IOException {
        try (InputStream file = ComposeTest.class.getResourceAsStream("/compose/compose-spec.json")) {
            ObjectNode schema = (ObjectNode) new ObjectMapper().readTree(file);
            schema.remove(List.of("$id", "$schema")); // they are no addresses, and the validator wants addresses
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema);
        }
    }
}
