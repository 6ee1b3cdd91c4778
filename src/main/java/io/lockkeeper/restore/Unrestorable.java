package io.lockkeeper.restore;

/// The backup is broken in a way that leaves nothing to look at.
final class Unrestorable extends RuntimeException {
    private final transient Findings findings;

    Unrestorable(Findings findings) {
        super(findings.reasons().toString(), null, false, false);
        this.findings = findings;
    }

    Findings findings() {
        return findings;
    }
}
