package io.lockkeeper.http;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A request with one of everything that the strict reader understands.
record Specimen(
        @Pattern(regexp = "[a-z][a-z0-9-]{0,62}") String name,
        @Min(1) @Max(9) int count,
        @Nullable Long size,
        @Nullable Boolean force,
        @Nullable Double ratio,
        @Nullable BigDecimal exact,
        @Nullable Mode mode,
        @Nullable Duration patience,
        @Nullable Instant at,
        @Nullable @Size(max = 2) List<@NotBlank String> tags,
        @Nullable Set<Mode> modes,
        @Nullable Map<String, @Size(max = 3) String> labels,
        @Nullable Inner inner,
        @Nullable List<Inner> inners,
        @Nullable Slug slug,
        @Nullable JsonNode anything) {

    enum Mode {
        @JsonProperty("verify-full")
        VERIFY_FULL,
        PLAIN
    }

    record Inner(
            @Size(min = 2) String word,
            @Nullable Integer from,
            @Nullable Integer to) {
        Inner {
            if (from != null && to != null && from > to) {
                throw new IllegalArgumentException("from (" + from + ") must not be after to (" + to + ")");
            }
        }
    }

    record Slug(String text) {
        @JsonCreator
        public static Slug of(String text) {
            if (!text.matches("[a-z]+")) {
                throw new IllegalArgumentException("must be lower-case letters");
            }
            return new Slug(text);
        }
    }

    static final String FULL = """
            {"name": "orders", "count": 3, "size": 9007199254740993, "force": true, "ratio": 0.5, "exact": 1.10,
             "mode": "verify-full", "patience": "15m", "at": "2026-01-31T12:00:00+01:00", "tags": ["a", "b"],
             "modes": ["PLAIN"], "labels": {"env": "eu"}, "inner": {"word": "ab", "from": 1, "to": 2},
             "inners": [{"word": "cd"}], "slug": "abc", "anything": [1, {"b": null}]}
            """;
}
