package io.lockkeeper.repository;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

public record RepositoryLookSpec(
        @Schema(description = "One that is registered for the target", examples = "main")
        @NotNull
        @Pattern(regexp = "[a-z][a-z0-9-]{0,62}")
        String repository) {}
