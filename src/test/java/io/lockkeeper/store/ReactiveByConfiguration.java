package io.lockkeeper.store;

import io.vertx.core.Vertx;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.SslMode;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Connects the reactive client by our configuration, read as Quarkus reads it: sparing a boot of Quarkus
/// for every TLS mode.
final class ReactiveByConfiguration {
    static final String IS_ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    private static final Vertx VERTX = Vertx.vertx(); // its threads end with the JVM
    private static final String PREFIX = "quarkus.datasource.reactive.";

    private ReactiveByConfiguration() {}

    static boolean isEncrypted(StoreAccess access) throws Exception {
        return PgConnection.connect(VERTX, options(access.configuration()))
                .compose(connection ->
                        connection.query(IS_ENCRYPTED).execute().eventually(ignored -> connection.close()))
                .map(rows -> rows.iterator().next().getBoolean(0))
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private static PgConnectOptions options(Map<String, String> configuration) {
        PgConnectOptions options = PgConnectOptions.fromUri(configuration.get(PREFIX + "url"))
                .setUser(configuration.get("quarkus.datasource.username"))
                .setPassword(configuration.get("quarkus.datasource.password"))
                .setSslMode(SslMode.of(configuration.get(PREFIX + "postgresql.ssl-mode")));
        options.setTrustAll("true".equals(configuration.get(PREFIX + "trust-all")));
        options.setHostnameVerificationAlgorithm(configuration
                .getOrDefault(PREFIX + "hostname-verification-algorithm", "NONE")
                .replace("NONE", ""));
        if ("true".equals(configuration.get(PREFIX + "trust-certificate-pem"))) {
            options.setPemTrustOptions(
                    new PemTrustOptions().addCertPath(configuration.get(PREFIX + "trust-certificate-pem.certs")));
        }
        return options;
    }
}
