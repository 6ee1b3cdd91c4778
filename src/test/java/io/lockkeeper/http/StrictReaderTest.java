package io.lockkeeper.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.validation.constraints.Max;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictReaderTest {
    private final StrictReader reader = StrictReaders.plain();

    record Common(@Max(9) int priority) {}

    @Test
    void readsOneOfEverything() {
        Specimen read = reader.read(Specimen.FULL.getBytes(UTF_8), Specimen.class);

        assertThat(read.size()).isEqualTo(9007199254740993L);
        assertThat(read.ratio()).isEqualTo(0.5);
        assertThat(read.exact()).isEqualTo(new BigDecimal("1.10"));
        assertThat(read.mode()).isEqualTo(Specimen.Mode.VERIFY_FULL);
        assertThat(read.patience()).isEqualTo(Duration.ofMinutes(15));
        assertThat(read.at()).isEqualTo(Instant.parse("2026-01-31T11:00:00Z"));
        assertThat(read.tags()).isEqualTo(List.of("a", "b"));
        assertThat(read.modes()).isEqualTo(Set.of(Specimen.Mode.PLAIN));
        assertThat(read.labels()).isEqualTo(Map.of("env", "eu"));
        assertThat(read.inner()).isEqualTo(new Specimen.Inner("ab", 1, 2));
        assertThat(read.inners()).isEqualTo(List.of(new Specimen.Inner("cd", null, null)));
        assertThat(read.slug()).isEqualTo(new Specimen.Slug("abc"));
        assertThat(read.anything().get(1).get("b").isNull()).isTrue();
    }

    @Test
    void leavesOutWhatIsOptional() {
        Specimen read = reader.read("{\"name\": \"a\", \"count\": 1, \"size\": null}".getBytes(UTF_8), Specimen.class);

        assertThat(read.size()).isNull();
        assertThat(read.tags()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"count": 1}                                  | /name            | is required
            {"name": null, "count": 1}                    | /name            | must not be null
            {"name": 5, "count": 1}                       | /name            | must be text, in quotes
            {"name": "A", "count": 1}                     | /name            | must match "[a-z][a-z0-9-]{0,62}"
            {"name": "a", "count": "1"}                   | /count           | must be a whole number, without quotes and decimal point
            {"name": "a", "count": 1.0}                   | /count           | must be a whole number, without quotes and decimal point
            {"name": "a", "count": 1e0}                   | /count           | must be a whole number, without quotes and decimal point
            {"name": "a", "count": true}                  | /count           | must be a whole number, without quotes and decimal point
            {"name": "a", "count": 10}                    | /count           | must be less than or equal to 9
            {"name": "a", "count": 3000000000}            | /count           | must be a whole number from -2147483648 to 2147483647
            {"name": "a", "count": 1, "size": 1e40}       | /size            | must be a whole number, without quotes and decimal point
            {"name": "a", "count": 1, "size": 99999999999999999999} | /size  | must be a whole number from -9223372036854775808 to 9223372036854775807
            {"name": "a", "count": 1, "force": 1}         | /force           | must be true or false, without quotes
            {"name": "a", "count": 1, "force": "true"}    | /force           | must be true or false, without quotes
            {"name": "a", "count": 1, "ratio": "0.5"}     | /ratio           | must be a number, without quotes
            {"name": "a", "count": 1, "exact": 1e999999999} | /exact         | is a number beyond all measure
            {"name": "a", "count": 1, "mode": "VERIFY_FULL"} | /mode         | must be one of verify-full, PLAIN
            {"name": "a", "count": 1, "mode": 0}          | /mode            | must be one of verify-full, PLAIN
            {"name": "a", "count": 1, "patience": 30}     | /patience        | must be text with a unit, as in "500ms", "30s", "15m" or "2h"
            {"name": "a", "count": 1, "patience": "30"}   | /patience        | needs a unit, as in 500ms, 30s, 15m, 2h or 7d
            {"name": "a", "count": 1, "patience": "PT5S"} | /patience        | is not a duration: write a whole number and a unit, as in 500ms, 30s, 15m, 2h or 7d
            {"name": "a", "count": 1, "at": "yesterday"}  | /at              | must be a time as in RFC 3339, for example 2026-01-31T12:00:00Z
            {"name": "a", "count": 1, "at": 1700000000}   | /at              | must be a time as in RFC 3339, for example 2026-01-31T12:00:00Z
            {"name": "a", "count": 1, "at": "-0001-01-01T00:00:00Z"} | /at   | must lie between the years 1970 and 9999
            {"name": "a", "count": 1, "tags": "x"}        | /tags            | must be a list, in [ ]
            {"name": "a", "count": 1, "tags": ["a", 5]}   | /tags/1          | must be text, in quotes
            {"name": "a", "count": 1, "tags": ["a", null]} | /tags/1         | must be text, in quotes
            {"name": "a", "count": 1, "tags": ["a", " "]} | /tags/1          | must not be blank
            {"name": "a", "count": 1, "tags": ["a", "b", "c"]} | /tags       | size must be between 0 and 2
            {"name": "a", "count": 1, "modes": ["PLAIN", "PLAIN"]} | /modes/1 | is in the list already
            {"name": "a", "count": 1, "labels": []}       | /labels          | must be an object, in { }
            {"name": "a", "count": 1, "labels": {"a/b~": 1}} | /labels/a~1b~0 | must be text, in quotes
            {"name": "a", "count": 1, "labels": {"env": "prod"}} | /labels/env | size must be between 0 and 3
            {"name": "a", "count": 1, "inner": "x"}       | /inner           | must be an object, in { }
            {"name": "a", "count": 1, "inner": {"word": "x"}} | /inner/word  | size must be between 2 and 2147483647
            {"name": "a", "count": 1, "inner": {"word": "ab", "from": 2, "to": 1}} | /inner | from (2) must not be after to (1)
            {"name": "a", "count": 1, "inners": [{"word": "ab"}, {}]} | /inners/1/word | is required
            {"name": "a", "count": 1, "inner": {"word": "ab", "wrod": 1}} | /inner/wrod | is not known here; known are word, from, to
            {"name": "a", "count": 1, "slug": "A1"}       | /slug            | must be lower-case letters
            {"name": "a", "name": "b", "count": 1}        | /name            | is there more than once
            {"name": "a\\u0000", "count": 1}              | /name            | has a character that cannot be stored (U+0000 or half of a surrogate pair)
            {"name": "a", "count": 1, "anything": {"x": "\\ud800"}} | /anything/x | has a character that cannot be stored (U+0000 or half of a surrogate pair)
            []                                            | ''               | must be an object, in { }
            null                                          | ''               | must be an object, in { }
            """)
    void saysWhatIsWrongAndWhere(String body, String pointer, String detail) {
        Problem problem = refusal(body);

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.code()).isEqualTo("invalid-request");
        assertThat(problem.errors()).contains(new Fault(pointer, detail));
    }

    @Test
    void tellsAllFaultsAtOnce() {
        Problem problem = refusal("""
                {"name": "A", "nmae": "b", "count": 10, "force": "yes", "force": true,
                 "inner": {"from": "1", "word": "abc"}, "tags": [1, 2]}
                """);

        assertThat(problem.errors())
                .extracting(Fault::pointer)
                .containsExactlyInAnyOrder(
                        "/name", "/nmae", "/count", "/force", "/force", "/inner/from", "/tags/0", "/tags/1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "{",
                "{\"a\": 1} x",
                "{\"a\": 1}{}",
                "{'a': 1}",
                "{\"a\": 01}",
                "{\"a\": NaN}",
                "{\"a\": 1,}",
                "//x\n{}"
            })
    void refusesWhatIsNotJson(String body) {
        Problem problem = refusal(body);

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.code()).isEqualTo("malformed-json");
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        byte[] latin = "{\"name\": \"é\"}".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);

        Refused refused = catchThrowableOfType(Refused.class, () -> reader.read(latin, Specimen.class));

        assertThat(refused.problem().code()).isEqualTo("malformed-json");
    }

    @Test
    void refusesADocumentThatIsDeepOrFullOfFaultsWithoutDrowningInThem() {
        assertThat(refusal("[".repeat(100_000)).code()).isEqualTo("malformed-json");
        assertThat(refusal("{\"tags\": [" + "1,".repeat(10_000) + "1]}").errors())
                .hasSize(100);
    }

    @Test
    void readsOneRequestInTwoParts() {
        Faults faults = new Faults();
        JsonNode tree = reader.tree("{\"priority\": 10, \"word\": \"a\", \"spec\": 1}".getBytes(UTF_8), faults);

        StrictReader.Split split = reader.split(tree, Common.class);
        Common common = reader.read(split.known(), Common.class, faults);
        Specimen.Inner inner = reader.read(split.rest(), Specimen.Inner.class, faults);

        assertThat(common).isNull();
        assertThat(inner).isNull();
        assertThat(faults.list()).extracting(Fault::pointer).containsExactly("/priority", "/word", "/spec");
    }

    private Problem refusal(String body) {
        return catchThrowableOfType(Refused.class, () -> reader.read(body.getBytes(UTF_8), Specimen.class))
                .problem();
    }
}
