package io.lockkeeper.http;

import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.info.License;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;

/// What the contract says about the API as a whole; [OpenApiRules] adds what holds for each operation.
@OpenAPIDefinition(
        info =
                @Info(
                        title = "Lockkeeper",
                        version = "1",
                        description =
                                "Changes databases, backs them up, proves the backups and keeps their guard rails, without"
                                        + " stopping the traffic. Long work is a job: it is accepted, runs, and tells its story as it goes.",
                        license = @License(name = "Apache-2.0", url = "https://www.apache.org/licenses/LICENSE-2.0")),
        security = @SecurityRequirement(name = OpenApiDefinition.BEARER))
@SecurityScheme(
        securitySchemeName = OpenApiDefinition.BEARER,
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "A token, as in lk_17_...: paste it here as it is.")
final class OpenApiDefinition {
    static final String BEARER = "bearer";

    private OpenApiDefinition() {}
}
