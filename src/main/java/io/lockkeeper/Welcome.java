package io.lockkeeper;

import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;

/// Tells a developer where to go, once the port is open.
@ApplicationScoped
class Welcome {
    private final HttpServer server;

    Welcome(HttpServer server) {
        this.server = server;
    }

    void ready(@ObservesAsync HttpServerStart started) {
        if (ConfigUtils.isProfileActive("dev")) {
            System.out.println(text("http://localhost:" + server.getPort()));
        }
    }

    private static String text(String root) {
        return """

                Lockkeeper is ready.
                  API         %1$s/api/v1
                  Swagger UI  %1$s/q/swagger-ui
                  Health      %1$s/q/health
                  Metrics     %1$s/q/metrics
                """.formatted(root);
    }
}
