package io.lockkeeper.target;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lockkeeper.http.Words;
import io.lockkeeper.postgres.TlsMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A registered database, as callers see it: never with its password.
@Schema(description = "A registered database.")
public record TargetView(
        String name,
        String engine,
        String host,
        int port,
        String database,
        String username,
        Credential credential,
        TlsSpec tls,
        Map<String, String> labels,
        ProtectionSpec protection,
        LimitsSpec limits,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings,

        @Schema(
                description = "The last time that a backup of it was restored and was what had been backed up; never:"
                        + " it is left out, as it is in lists")
        @Nullable
        LastProof lastProven,

        Instant createdAt,
        Instant updatedAt,
        Links links) {

    /// The reference, or the mere fact that there is a sealed value.
    @Schema(name = "TargetCredentialView")
    public record Credential(
            @Nullable String store,
            @Nullable String key,
            @Nullable Boolean sealed) {}

    @Schema(name = "TargetLinks")
    public record Links(String self, String probe, String jobs) {}

    static TargetView of(Target target) {
        return new TargetView(
                target.name,
                target.engine,
                target.host,
                target.port,
                target.database,
                target.username,
                new Credential(
                        target.credentialStore, target.credentialKey, target.credentialSealed == null ? null : true),
                new TlsSpec(target.tlsMode, target.tlsCa),
                target.labels,
                target.protection(),
                new LimitsSpec(target.limitJobs),
                warnings(target),
                null,
                target.createdAt,
                target.updatedAt,
                links(target.name));
    }

    TargetView proven(LastProof proof) {
        return new TargetView(
                name,
                engine,
                host,
                port,
                database,
                username,
                credential,
                tls,
                labels,
                protection,
                limits,
                warnings,
                proof,
                createdAt,
                updatedAt,
                links);
    }

    static String self(String name) {
        return "/api/v1/targets/" + name;
    }

    private static Links links(String name) {
        return new Links(self(name), self(name) + "/probe", "/api/v1/jobs?target=" + name);
    }

    private static List<String> warnings(Target target) {
        return switch (target.tlsMode) {
            case VERIFY_FULL -> List.of();
            case VERIFY_CA -> List.of(weak(target.tlsMode, "any server with a certificate of this CA can pose as it"));
            case REQUIRE ->
                target.tlsCa != null
                        ? List.of(weak(TlsMode.REQUIRE, "any server with a certificate of this CA can pose as it"))
                        : List.of(weak(TlsMode.REQUIRE, "whoever is in between can pose as it and read everything"));
            case DISABLE ->
                List.of(weak(TlsMode.DISABLE, "everything but the password exchange is readable on the way"));
        };
    }

    private static String weak(TlsMode mode, String danger) {
        return "TLS mode " + Words.of(mode) + " is weaker than verify-full: " + danger + ".";
    }
}
