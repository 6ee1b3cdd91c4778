package io.lockkeeper.depot;

import java.io.InputStream;
import java.util.Map;
import java.util.OptionalLong;

/// Where a depot's bytes lie. Names were checked before they come here; all that fails is a [DepotFailure].
/// For any number of threads.
interface Shelf extends AutoCloseable {
    /// A folder in the making. Fails if there is a whole artifact in it.
    Draft draft(String folder);

    boolean isWhole(String folder);

    /// The file from its first byte on. Reads through cuts, as far as the way to it allows.
    InputStream open(String folder, String file);

    /// What lies in the folder, by name, with its size. Empty if there is none.
    Map<String, Long> sizes(String folder);

    /// The manifest first, so that what is left of a half-done delete is no artifact. Whatever is gone
    /// already is fine.
    void delete(String folder);

    /// Removes what a writer left behind that did not come to its end; never a whole artifact. Whether there
    /// was anything. Nobody may be writing there any more.
    boolean sweep(String folder);

    /// Whether it is there and lets us in.
    void look();

    OptionalLong freeBytes();

    @Override
    void close();
}
