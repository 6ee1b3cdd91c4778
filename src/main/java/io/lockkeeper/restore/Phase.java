package io.lockkeeper.restore;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A part of a restore test, and how long it took. Some run beside others.
///
/// @param untilUsable whether somebody who needs the data would have to wait for it
@Schema(name = "RestorePhase")
public record Phase(String name, long ms, boolean untilUsable) {}
