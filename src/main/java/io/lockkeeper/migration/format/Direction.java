package io.lockkeeper.migration.format;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

@Schema(name = "MigrationDirection")
public enum Direction {
    @JsonProperty("up")
    UP,
    @JsonProperty("down")
    DOWN
}
