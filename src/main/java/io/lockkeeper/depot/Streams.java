package io.lockkeeper.depot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Streams as the channels that age's library wants. Those of the JDK copy in small pieces.
final class Streams {
    private Streams() {}

    static final class Sink implements WritableByteChannel {
        private final OutputStream out;
        private boolean open = true;

        Sink(OutputStream out) {
            this.out = out;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            int count = from.remaining();
            out.write(from.array(), from.arrayOffset() + from.position(), count);
            from.position(from.limit());
            return count;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() throws IOException {
            open = false;
            out.close();
        }
    }

    static final class Source implements ReadableByteChannel {
        private final InputStream in;
        private boolean open = true;

        Source(InputStream in) {
            this.in = in;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            int count = in.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
            if (count > 0) {
                into.position(into.position() + count);
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() throws IOException {
            open = false;
            in.close();
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
