package io.lockkeeper.timeout;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Page;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/timeout-presets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Timeouts")
public class TimeoutPresetResource {
    private static final String FILE = "/timeout-presets.json";

    private final Page<TimeoutPreset> presets;

    TimeoutPresetResource(ObjectMapper json) throws IOException {
        try (InputStream file = TimeoutPresetResource.class.getResourceAsStream(FILE)) {
            this.presets = new Page<>(json.readValue(file, new TypeReference<List<TimeoutPreset>>() {}), null);
        }
    }

    @GET
    @Needs(Permission.TARGETS_READ)
    @Operation(
            operationId = "listTimeoutPresets",
            summary = "Starting points for policies, with the reasoning",
            description = "Copy the settings into a rule, and leave out those that the server is too old for.")
    public Page<TimeoutPreset> list() {
        return presets;
    }
}
