package io.lockkeeper.dump;

/// Takes something that `pg_dump` writes, in chunks as they come, and says at the end what it was.
///
/// For one thread at a time; the buffer is the caller's again when `accept` returns. Whatever is not as
/// `pg_dump` writes it is a [DumpFailure], from `accept` as soon as it is seen, or from `complete`; the
/// intake is of no use after that.
public interface Intake<T> {
    void accept(byte[] buffer, int offset, int length);

    /// Whether what was taken is all there can be. Where only the end of a file tells, this stays false.
    default boolean isWhole() {
        return false;
    }

    /// There is no more. Throws a [DumpFailure] if there should have been.
    T complete();
}
