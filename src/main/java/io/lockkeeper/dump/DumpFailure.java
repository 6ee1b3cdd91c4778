package io.lockkeeper.dump;

/// What was read is not a whole dump that we understand. The message is one sentence for people.
public final class DumpFailure extends RuntimeException {
    public enum Kind {
        /// It ends too early.
        TRUNCATED,
        /// It is not what `pg_dump` writes.
        DAMAGED,
        /// `pg_dump` may well write this, but not as we call it, or in a version that we do not know.
        UNSUPPORTED
    }

    private final Kind kind;

    private DumpFailure(Kind kind, String sentence) {
        super(sentence, null, false, false);
        this.kind = kind;
    }

    static DumpFailure truncated(String sentence) {
        return new DumpFailure(Kind.TRUNCATED, sentence);
    }

    static DumpFailure damaged(String sentence) {
        return new DumpFailure(Kind.DAMAGED, sentence);
    }

    static DumpFailure unsupported(String sentence) {
        return new DumpFailure(Kind.UNSUPPORTED, sentence);
    }

    public Kind kind() {
        return kind;
    }
}
