package io.lockkeeper.security;

import static io.lockkeeper.security.ApiTokens.as;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;

/// A canary: what opens the door is never written on the wall beside it.
@QuarkusTest
class SecretsInLogsApiTest {
    private static final String MADE_UP = "lk_7_CANARYcanaryCANARYcanaryCANARYcanaryCANARYx";

    @Test
    void noTokenEverAppearsInALog() {
        Lines lines = new Lines();
        Logger ours = Logger.getLogger("io.lockkeeper");
        Logger root = Logger.getLogger("");
        Level before = ours.getLevel();
        ours.setLevel(Level.ALL);
        root.addHandler(lines);
        try {
            String secret = ApiTokens.with(Role.VIEWER);
            as(secret).get("/api/v1/me");
            as(secret).get("/api/v1/tokens");
            as(secret).get("/api/v1/edge/bug");
            as(secret)
                    .contentType(ContentType.JSON)
                    .body("{\"secret\": \"" + secret + "\"}")
                    .post("/api/v1/edge");
            as(MADE_UP).get("/api/v1/me");
            given().queryParam("access_token", secret).get("/api/v1/me");

            assertThat(lines.seen).as("the log is listened to").anyMatch(line -> line.contains("/api/v1/me"));
            assertThat(lines.seen)
                    .noneMatch(line ->
                            line.contains(secret) || line.contains(secret.substring(secret.lastIndexOf('_') + 1)))
                    .noneMatch(line -> line.contains(ApiTokens.admin()) || line.contains(MADE_UP))
                    .noneMatch(line -> line.toLowerCase(java.util.Locale.ROOT).contains("bearer lk_"));
        } finally {
            root.removeHandler(lines);
            ours.setLevel(before);
        }
    }

    private static final class Lines extends Handler {
        private final List<String> seen = new CopyOnWriteArrayList<>();
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord line) {
            seen.add(formatter.formatMessage(line) + " " + (line.getThrown() == null ? "" : line.getThrown()) + " "
                    + formatter.format(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
