package io.lockkeeper.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;

/// How answers, and specs and results in the store, are written: times as RFC 3339 in UTC, durations as text with a
/// unit, what is absent left out.
@Singleton
public class JsonRules implements ObjectMapperCustomizer {
    @Override
    public void customize(ObjectMapper json) {
        json.registerModule(new JavaTimeModule());
        json.registerModule(new SimpleModule("lockkeeper")
                .addSerializer(Duration.class, new DurationWriter())
                .addDeserializer(Duration.class, new DurationReader()));
        json.disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
        json.setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);
    }

    /// After Quarkus' own customizer, whose answer to durations would win otherwise.
    @Override
    public int priority() {
        return MINIMUM_PRIORITY;
    }

    private static final class DurationWriter extends StdSerializer<Duration> {
        DurationWriter() {
            super(Duration.class);
        }

        @Override
        public void serialize(Duration duration, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(Durations.format(duration));
        }
    }

    /// For what we wrote ourselves, such as the specs of stored jobs.
    private static final class DurationReader extends StdDeserializer<Duration> {
        DurationReader() {
            super(Duration.class);
        }

        @Override
        public Duration deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return Durations.parse(json.getText());
        }
    }
}
