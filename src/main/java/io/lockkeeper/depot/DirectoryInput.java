package io.lockkeeper.depot;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// A file of a directory; what fails is told in the depot's words.
final class DirectoryInput extends FilterInputStream {
    private final DirectoryFailures failures;
    private final String what;

    DirectoryInput(InputStream in, DirectoryFailures failures, String folder, String file) {
        super(in);
        this.failures = failures;
        this.what = "read " + folder + "/" + file;
    }

    @Override
    public int read() {
        try {
            return in.read();
        } catch (IOException e) {
            throw failures.of(what, e);
        }
    }

    @Override
    public int read(byte[] into, int from, int length) {
        try {
            return in.read(into, from, length);
        } catch (IOException e) {
            throw failures.of(what, e);
        }
    }
}
