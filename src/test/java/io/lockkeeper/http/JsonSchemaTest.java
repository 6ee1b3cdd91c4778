package io.lockkeeper.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Feeds the same documents to the reader and to somebody else's validator with our schema: they must not disagree.
class JsonSchemaTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final StrictReader reader = StrictReaders.plain();

    @ParameterizedTest
    @ValueSource(
            strings = {
                Specimen.FULL,
                "{'name': 'a', 'count': 1}",
                "{'name': 'a', 'count': 9, 'size': null, 'mode': null, 'tags': null, 'inner': null, 'anything': null}",
                "{'name': 'a', 'count': 1, 'patience': '500ms'}",
                "{'name': 'a', 'count': 1, 'tags': []}"
            })
    void bothAccept(String body) {
        assertThat(readerAccepts(body)).isTrue();
        assertThat(schemaAccepts(body)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{'name': 'a'}",
                "{'name': null, 'count': 1}",
                "{'name': 'A', 'count': 1}",
                "{'name': 'a', 'count': 0}",
                "{'name': 'a', 'count': 10}",
                "{'name': 'a', 'count': 1.5}",
                "{'name': 'a', 'count': '1'}",
                "{'name': 'a', 'count': 1, 'more': 1}",
                "{'name': 'a', 'count': 1, 'mode': 'VERIFY_FULL'}",
                "{'name': 'a', 'count': 1, 'force': 'true'}",
                "{'name': 'a', 'count': 1, 'patience': '30'}",
                "{'name': 'a', 'count': 1, 'patience': 30}",
                "{'name': 'a', 'count': 1, 'patience': '1h30m'}",
                "{'name': 'a', 'count': 1, 'patience': '1234567h'}",
                "{'name': 'a', 'count': 1, 'at': 'yesterday'}",
                "{'name': 'a', 'count': 1, 'tags': ['a', 'b', 'c']}",
                "{'name': 'a', 'count': 1, 'tags': [' ']}",
                "{'name': 'a', 'count': 1, 'modes': ['PLAIN', 'PLAIN']}",
                "{'name': 'a', 'count': 1, 'labels': {'env': 'prod'}}",
                "{'name': 'a', 'count': 1, 'labels': {'env': null}}",
                "{'name': 'a', 'count': 1, 'inner': {'word': 'a'}}",
                "{'name': 'a', 'count': 1, 'inner': {'word': 'ab', 'x': 1}}",
                "{'name': 'a', 'count': 1, 'inners': [{}]}"
            })
    void bothRefuse(String body) {
        assertThat(readerAccepts(body)).isFalse();
        assertThat(schemaAccepts(body)).isFalse();
    }

    @Test
    void describesTwoRecordsSideBySide() {
        record Common(int priority) {}

        ObjectNode schema = JsonSchema.of(Specimen.Inner.class, Common.class);

        assertThat(schema.get("properties").propertyStream().map(java.util.Map.Entry::getKey))
                .containsExactly("word", "from", "to", "priority");
        assertThat(schema.get("required").toString()).isEqualTo("[\"word\",\"priority\"]");
        assertThat(schema.get("additionalProperties").booleanValue()).isFalse();
    }

    private boolean readerAccepts(String body) {
        try {
            reader.read(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Specimen.class);
            return true;
        } catch (Refused refused) {
            return false;
        }
    }

    private static boolean schemaAccepts(String body) {
        JsonNode schema = JSON.valueToTree(JsonSchema.of(Specimen.class));
        Set<?> complaints = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(
                        schema,
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build())
                .validate(body.replace('\'', '"'), InputFormat.JSON);
        return complaints.isEmpty();
    }
}
