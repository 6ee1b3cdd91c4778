package io.lockkeeper.store;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Startup;

/// Alive means that this answer gets out, no more: restarting us mends no store. Started means that the
/// schema is up to date, because the port opens only after that.
@ApplicationScoped
class ProcessHealth {

    @Produces
    @Liveness
    HealthCheck alive() {
        return () -> HealthCheckResponse.up("process");
    }

    @Produces
    @Startup
    HealthCheck started() {
        return () -> HealthCheckResponse.up("schema");
    }
}
