package io.lockkeeper.depot;

import java.io.OutputStream;

/// A folder that nobody takes for an artifact yet. Several files may be open at once, each used by one
/// thread.
interface Draft {
    /// A new file, stored for good once its stream is closed.
    OutputStream create(String file);

    /// Makes it an artifact: from here on it is there, whole, even if the power fails.
    void publish(byte[] manifest);

    /// Takes everything back, files that are open too. Can be called at any time from any thread.
    void discard();
}
