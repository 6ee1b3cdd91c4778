package io.lockkeeper.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Certificates of our own making: an authority, what it signs, and a stranger that nobody asked.
public record Certificates(Path folder) {

    public static Certificates in(Path folder) {
        Certificates made = new Certificates(folder);
        made.authority("ca");
        made.authority("stranger");
        made.server("server", "DNS:localhost");
        return made;
    }

    public String ca() {
        return read("ca.crt");
    }

    public String stranger() {
        return read("stranger.crt");
    }

    private void authority(String name) {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=" + name,
                "-keyout",
                name + ".key",
                "-out",
                name + ".crt");
    }

    private void server(String name, String alternativeNames) {
        openssl(
                "req",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-subj",
                "/CN=lockkeeper",
                "-addext",
                "subjectAltName=" + alternativeNames,
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr");
        openssl(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "ca.crt",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                "2",
                "-copy_extensions",
                "copy",
                "-out",
                name + ".crt");
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void openssl(String... args) {
        ScratchServer.run(folder, List.of("openssl"), args);
    }
}
