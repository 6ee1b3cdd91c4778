package io.lockkeeper.postgres;

/// A sandbox cannot be had, or died. The message is one sentence for the operator, with the server's last words.
public final class SandboxFailure extends RuntimeException {
    public enum Reason {
        /// There are no programs of the wanted version here.
        NO_PROGRAMS,
        /// It does not fit on the disk.
        NO_ROOM,
        /// It would fit if others that run had not been promised room.
        NO_ROOM_NOW,
        /// The server does not start on this machine.
        NOT_STARTED,
        /// It ended by itself.
        DIED
    }

    private final Reason reason;

    public SandboxFailure(Reason reason, String sentence) {
        super(sentence, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
