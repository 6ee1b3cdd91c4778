package io.lockkeeper.store;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// One role's way into the store.
public record StoreAddress(
        String host,
        int port,
        String database,
        String username,
        Optional<String> password,
        TlsMode tls,
        Optional<Path> rootCertificate) {

    /// A server on this machine, without TLS.
    public static StoreAddress local(String host, int port, String database, String username, String password) {
        return new StoreAddress(
                host, port, database, username, Optional.of(password), TlsMode.DISABLE, Optional.empty());
    }

    public String jdbcUrl() {
        String url =
                "jdbc:postgresql://" + hostInUrl() + ":" + port + "/" + encoded(database) + "?sslmode=" + tls.text();
        return rootCertificate
                .map(path -> url + "&sslrootcert=" + encoded(path.toString()))
                .orElse(url);
    }

    /// For the reactive client; TLS, user name and password are given to it apart from the URL.
    String reactiveUrl() {
        return "postgresql://" + hostInUrl() + ":" + port + "/" + encoded(database);
    }

    /// The same as one URL, password included: for handing it on, never for printing.
    public String url() {
        String secret = password.map(text -> ":" + encoded(text)).orElse("");
        String certificate = rootCertificate
                .map(path -> "&sslrootcert=" + encoded(path.toString()))
                .orElse("");
        return "postgresql://" + encoded(username) + secret + "@" + hostInUrl() + ":" + port + "/" + encoded(database)
                + "?sslmode=" + tls.text() + certificate;
    }

    @Override
    public String toString() {
        return username + "@" + hostInUrl() + ":" + port + "/" + database;
    }

    private String hostInUrl() {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }
}
