package io.lockkeeper.postgres;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// The way to one server at one checked address. What goes over it beside the session itself: cancel requests, and the
/// question "who are you?" after an attempt to connect that ended in silence.
record Route(ServerAddress server, InetAddress address, ServerTrust trust) {
    private static final int SSL_REQUEST = 80877103;
    private static final int CANCEL_REQUEST = 80877102;

    /// What a peer answers to an SSLRequest. Every PostgreSQL since 7.0 says yes, no or an error.
    enum Answer {
        TLS,
        NO_TLS,
        ERROR,
        SILENCE,
        NOBODY,
        HANGS_UP,
        SOMETHING_ELSE
    }

    /// A real cancel request, encrypted if the session is. Returns when the server has closed the line,
    /// which it does after it has passed the signal on: from then on no later statement can be hit by it.
    void cancel(int backendPid, int secretKey, Duration bound) throws IOException {
        try (Socket plain = open(bound);
                Socket line = server.tls().mode().encrypted() ? encrypted(plain) : plain) {
            DataOutputStream out = new DataOutputStream(line.getOutputStream());
            out.write(message(16, CANCEL_REQUEST, backendPid, secretKey));
            out.flush();
            while (line.getInputStream().read() >= 0) {
                // The server has nothing to say here; only the end of the line counts.
            }
        }
    }

    Answer whoAreYou(Duration bound) {
        Socket line;
        try {
            line = open(bound);
        } catch (IOException e) {
            return Answer.NOBODY;
        }
        try (line) {
            return switch (askForTls(line)) {
                case 'S' -> Answer.TLS;
                case 'N' -> Answer.NO_TLS;
                case 'E' -> Answer.ERROR;
                case -1 -> Answer.HANGS_UP;
                default -> Answer.SOMETHING_ELSE;
            };
        } catch (SocketTimeoutException e) {
            return Answer.SILENCE;
        } catch (IOException e) {
            return Answer.HANGS_UP;
        }
    }

    private Socket open(Duration bound) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(address, server.port()), (int) bound.toMillis());
            socket.setSoTimeout((int) bound.toMillis());
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private Socket encrypted(Socket plain) throws IOException {
        if (askForTls(plain) != 'S') {
            throw new IOException("the server has no TLS");
        }
        try {
            SSLSocket socket = (SSLSocket)
                    trust.context().getSocketFactory().createSocket(plain, server.host(), server.port(), true);
            if (server.tls().verifiesHost()) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
            }
            socket.startHandshake();
            return socket;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static int askForTls(Socket line) throws IOException {
        line.getOutputStream().write(message(8, SSL_REQUEST));
        line.getOutputStream().flush();
        return line.getInputStream().read();
    }

    private static byte[] message(int... words) {
        ByteBuffer buffer = ByteBuffer.allocate(words.length * Integer.BYTES);
        for (int word : words) {
            buffer.putInt(word);
        }
        return buffer.array();
    }
}
