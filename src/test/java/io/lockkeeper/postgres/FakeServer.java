package io.lockkeeper.postgres;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What a server should not be: one that says something else, nothing at all, or that it is very old.
public final class FakeServer implements AutoCloseable {
    private final ServerSocket listening;
    private final Behaviour behaviour;
    private final List<Socket> lines = new CopyOnWriteArrayList<>();

    @FunctionalInterface
    public interface Behaviour {
        void serve(Socket line) throws IOException;
    }

    private FakeServer(Behaviour behaviour) throws IOException {
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.behaviour = behaviour;
        Thread.ofVirtual().start(this::listen);
    }

    public static FakeServer that(Behaviour behaviour) {
        try {
            return new FakeServer(behaviour);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static FakeServer thatSpeaksHttp() {
        return that(line -> {
            line.getInputStream().read();
            line.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            line.close();
        });
    }

    public static FakeServer thatSaysNothing() {
        return that(line -> {});
    }

    /// Every byte that PostgreSQL could never send, until the peer has had enough.
    public static FakeServer thatBabbles() {
        return that(line -> {
            byte[] babble = new byte[8192];
            java.util.Arrays.fill(babble, (byte) 'z');
            while (true) {
                line.getOutputStream().write(babble);
            }
        });
    }

    /// Enough of the protocol to be let in: the rest is told by the version.
    public static FakeServer ofVersion(String version) {
        return that(line -> {
            DataInputStream in = new DataInputStream(line.getInputStream());
            in.readNBytes(in.readInt() - 4);
            OutputStream out = line.getOutputStream();
            out.write(message('R', new byte[4]));
            out.write(message('S', text("server_version", version)));
            out.write(message('S', text("client_encoding", "UTF8")));
            out.write(message('K', new byte[8]));
            out.write(message('Z', new byte[] {'I'}));
            out.flush();
        });
    }

    public int port() {
        return listening.getLocalPort();
    }

    public int lines() {
        return lines.size();
    }

    /// Whether the client has closed all of its lines: nothing hangs on.
    public boolean isLeftAlone() throws IOException {
        for (Socket line : lines) {
            line.setSoTimeout(100);
            try {
                while (line.getInputStream().read() >= 0) {
                    // what the client had said before it left
                }
            } catch (java.net.SocketTimeoutException stillThere) {
                return false;
            } catch (IOException gone) {
                // closed or reset: gone in any case
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket line : lines) {
            line.close();
        }
    }

    private void listen() {
        while (!listening.isClosed()) {
            try {
                Socket line = listening.accept();
                lines.add(line);
                Thread.ofVirtual().start(() -> serve(line));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket line) {
        try {
            behaviour.serve(line);
        } catch (IOException gone) {
            // the client left
        }
    }

    private static byte[] message(char type, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) type)
                .putInt(4 + body.length)
                .put(body)
                .array();
    }

    private static byte[] text(String... words) {
        return (String.join("\0", words) + "\0").getBytes(StandardCharsets.US_ASCII);
    }
}
