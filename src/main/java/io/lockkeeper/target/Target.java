package io.lockkeeper.target;

import io.lockkeeper.postgres.TlsMode;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/// A registered database.
@Entity
@Table(name = "target")
class Target {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    String name;
    String engine;
    String host;
    int port;
    String database;
    String username;

    @Column(name = "credential_store")
    String credentialStore;

    @Column(name = "credential_key")
    String credentialKey;

    @Column(name = "credential_sealed")
    String credentialSealed;

    @Column(name = "tls_mode")
    @Convert(converter = TlsModeColumn.class)
    TlsMode tlsMode;

    @Column(name = "tls_ca")
    String tlsCa;

    @JdbcTypeCode(SqlTypes.JSON)
    Map<String, String> labels;

    int approvals;

    @Column(name = "approval_kinds")
    String[] approvalKinds;

    @Column(name = "way_back")
    boolean wayBack;

    /// Null: no rehearsal is demanded.
    @Column(name = "rehearsal_within_ms")
    Long rehearsalWithinMs;

    @Column(name = "limit_jobs")
    int limitJobs;

    @Version
    int version;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    ProtectionSpec protection() {
        Duration within = rehearsalWithinMs == null ? null : Duration.ofMillis(rehearsalWithinMs);
        return new ProtectionSpec(approvals, List.of(approvalKinds), wayBack, ProtectionSpec.Rehearsal.of(within));
    }

    /// Everything but the credential, as it was asked for.
    void describe(TargetSpec spec, Instant now) {
        name = spec.name();
        engine = spec.engine();
        host = spec.host();
        port = spec.port();
        database = spec.database();
        username = spec.username();
        tlsMode = spec.tls().mode();
        tlsCa = spec.tls().ca();
        labels = spec.labels();
        approvals = spec.protection().approvals();
        approvalKinds = spec.protection().kinds().toArray(String[]::new);
        wayBack = spec.protection().wayBack();
        ProtectionSpec.Rehearsal rehearsal = spec.protection().rehearsal();
        rehearsalWithinMs = rehearsal == null ? null : rehearsal.within().toMillis();
        limitJobs = spec.limits().jobs();
        createdAt = createdAt == null ? now : createdAt;
        updatedAt = now;
    }

    void keep(KeptCredential credential) {
        credentialStore = credential.store();
        credentialKey = credential.key();
        credentialSealed = credential.sealed();
    }
}
