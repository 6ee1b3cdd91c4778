package io.lockkeeper.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The two roles that the store is used with: `serving` answers requests and runs jobs, `owner` changes the
/// schema at the start. They may be the same role.
public record StoreAccess(StoreAddress serving, StoreAddress owner) {
    private static final String STORE = "LOCKKEEPER_STORE";
    private static final String OWNER = "LOCKKEEPER_STORE_OWNER";

    /// What the operator set, or nothing when there is no `LOCKKEEPER_STORE_URL`.
    public static Optional<StoreAccess> from(Function<String, String> environment) {
        Settings settings = new Settings(environment);
        return settings.get(STORE + "_URL").map(url -> {
            StoreAddress serving = settings.address(STORE, STORE + "_URL", url, true);
            return new StoreAccess(serving, settings.owner(url).orElse(serving));
        });
    }

    /// The configuration of Quarkus' two datasources and of Flyway that follows from it.
    public Map<String, String> configuration() {
        Map<String, String> all = new HashMap<>();
        all.put("quarkus.datasource.reactive.url", serving.reactiveUrl());
        all.put("quarkus.datasource.username", literally(serving.username()));
        serving.password().ifPresent(password -> all.put("quarkus.datasource.password", literally(password)));
        all.put("quarkus.datasource.reactive.postgresql.ssl-mode", serving.tls().text());
        if (serving.tls().verifies()) {
            String certificate = serving.rootCertificate().orElseThrow().toString();
            all.put("quarkus.datasource.reactive.trust-certificate-pem", "true");
            all.put(
                    "quarkus.datasource.reactive.trust-certificate-pem.certs",
                    literally(certificate.replace(",", "\\,")));
        } else {
            all.put("quarkus.datasource.reactive.trust-all", "true"); // what libpq's weaker modes mean
        }
        if (serving.tls() == TlsMode.VERIFY_FULL) {
            all.put("quarkus.datasource.reactive.hostname-verification-algorithm", "HTTPS");
        }
        all.put("quarkus.datasource.owner.jdbc.url", literally(owner.jdbcUrl()));
        all.put("quarkus.datasource.owner.username", literally(owner.username()));
        owner.password().ifPresent(password -> all.put("quarkus.datasource.owner.password", literally(password)));
        all.put(
                "quarkus.flyway.owner.placeholders.serving_role",
                literally(serving.username().replace("'", "''")));
        return all;
    }

    /// Configuration values are expressions: a `$` in a password must not be read as the beginning of one.
    private static String literally(String value) {
        return value.replace("$", "\\$");
    }

    private record Settings(Function<String, String> environment) {

        Optional<String> get(String name) {
            return Optional.ofNullable(environment.apply(name)).filter(value -> !value.isBlank());
        }

        /// A URL of its own, or only another user name and password for the same database.
        Optional<StoreAddress> owner(String storeUrl) {
            return get(OWNER + "_URL")
                    .map(url -> address(OWNER, OWNER + "_URL", url, true))
                    .or(() -> get(OWNER + "_USERNAME").map(name -> address(OWNER, STORE + "_URL", storeUrl, false)));
        }

        StoreAddress address(String prefix, String variable, String text, boolean userInUrl) {
            StoreUrl url = StoreUrl.parse(variable, text);
            Optional<String> name = userInUrl ? url.username() : Optional.empty();
            Optional<String> secret = userInUrl ? url.password() : Optional.empty();
            String username = only(variable, "user name", name, prefix + "_USERNAME", get(prefix + "_USERNAME"))
                    .orElseThrow(() -> new StartRefused(
                            variable + " has no user name: put it into the URL or set " + prefix + "_USERNAME."));
            TlsMode tls = tls(variable, url);
            Optional<Path> certificate = certificate(variable, url, tls);
            boolean checksAnyway = tls == TlsMode.REQUIRE && certificate.isPresent(); // as libpq does
            return new StoreAddress(
                    url.host(),
                    url.port(),
                    url.database(),
                    username,
                    password(prefix, variable, secret),
                    checksAnyway ? TlsMode.VERIFY_CA : tls,
                    certificate);
        }

        private Optional<String> password(String prefix, String variable, Optional<String> inUrl) {
            String file = prefix + "_PASSWORD_FILE";
            Optional<String> given = only(variable, "password", inUrl, prefix + "_PASSWORD", get(prefix + "_PASSWORD"));
            return only(prefix + "_PASSWORD", "password", given, file, get(file).map(path -> contents(file, path)));
        }

        private static Optional<String> only(
                String oneName, String what, Optional<String> one, String otherName, Optional<String> other) {
            if (one.isPresent() && other.isPresent()) {
                throw new StartRefused("The store's " + what + " is given twice, by " + oneName + " and by " + otherName
                        + ": set it once.");
            }
            return one.or(() -> other);
        }

        private static String contents(String variable, String path) {
            try {
                String contents = Files.readString(Path.of(path)).replaceFirst("\\R\\z", "");
                if (contents.isEmpty()) {
                    throw new StartRefused(variable + ": the file " + path + " is empty.");
                }
                return contents;
            } catch (IOException | IllegalArgumentException unreadable) {
                throw new StartRefused(variable + ": the file " + path + " cannot be read.");
            }
        }

        private static TlsMode tls(String variable, StoreUrl url) {
            String name = url.parameters().getOrDefault("sslmode", "prefer");
            return TlsMode.named(name)
                    .orElseThrow(() ->
                            new StartRefused(variable + " has an unknown sslmode; there are " + TlsMode.names() + "."));
        }

        private static Optional<Path> certificate(String variable, StoreUrl url, TlsMode tls) {
            Optional<String> file = Optional.ofNullable(url.parameters().get("sslrootcert"));
            if (tls.verifies() && file.isEmpty()) {
                throw new StartRefused(
                        variable + " has sslmode=" + tls.text()
                                + " but no sslrootcert: name the file (PEM) of the authority that signed the server's certificate.");
            }
            if (file.isPresent() && !Files.isReadable(Path.of(file.get()))) {
                throw new StartRefused(variable + ": the file of sslrootcert cannot be read.");
            }
            return file.map(Path::of);
        }
    }
}
