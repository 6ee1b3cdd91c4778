package io.lockkeeper.depot;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Stands between a client of HTTP and its server, one request a connection, and breaks what it is told to
/// break.
public final class FaultProxy implements Closeable {
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");

    private final int server;
    private final ServerSocket listening;
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /// What may happen to a request.
    public sealed interface Harm {
        /// Its body is taken, and an error answered instead of it being passed on.
        record Answer(int status, String code) implements Harm {}

        /// The line is cut after so many bytes of its body.
        record CutRequest(int after) implements Harm {}

        /// The line is cut after so many bytes of the answer, head included.
        record CutAnswer(int after) implements Harm {}

        /// The server does it, and nobody hears of it.
        record LoseAnswer() implements Harm {}

        /// Nothing is answered, and the line stays open.
        record Silence() implements Harm {}

        /// One bit of the body is another one.
        record FlipBit() implements Harm {}
    }

    private record Fault(Predicate<String> which, AtomicInteger times, Harm harm) {}

    public FaultProxy(int server) throws IOException {
        this.server = server;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return listening.getLocalPort();
    }

    /// The first lines of the requests so far.
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /// Harms the next requests whose first line and headers fit.
    public void harm(int times, Predicate<String> which, Harm harm) {
        faults.add(new Fault(which, new AtomicInteger(times), harm));
    }

    public void mend() {
        faults.clear();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // and so is whoever came at the last moment
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket upstream = new Socket(InetAddress.getLoopbackAddress(), server)) {
            String head = head(client.getInputStream());
            requests.add(head.lines().findFirst().orElseThrow());
            if (listening.isClosed()) {
                return;
            }
            pass(head, client, upstream, harmTo(head));
        } catch (IOException | InterruptedException cut) {
            // which is what a proxy is for
        }
    }

    private Harm harmTo(String head) {
        return faults.stream()
                .filter(fault -> fault.which().test(head) && fault.times().getAndDecrement() > 0)
                .findFirst()
                .map(Fault::harm)
                .orElse(null);
    }

    private static void pass(String head, Socket client, Socket upstream, Harm harm)
            throws IOException, InterruptedException {
        InputStream body = client.getInputStream();
        long length = length(head);
        OutputStream to = upstream.getOutputStream();
        switch (harm) {
            case Harm.Answer answer -> {
                body.skipNBytes(length);
                client.getOutputStream().write(error(answer));
                return;
            }
            case Harm.Silence silence -> {
                body.skipNBytes(length);
                Thread.sleep(60_000);
                return;
            }
            case Harm.CutRequest cut -> {
                to.write(alone(head));
                copy(body, to, Math.min(length, cut.after()));
                client.setSoLinger(true, 0);
                return;
            }
            case Harm.FlipBit flip -> {
                byte[] bytes = body.readNBytes((int) length);
                bytes[bytes.length / 2] ^= 1;
                to.write(alone(head));
                to.write(bytes);
            }
            case null, default -> {
                to.write(alone(head));
                copy(body, to, length);
            }
        }
        to.flush();
        InputStream answer = upstream.getInputStream();
        if (harm instanceof Harm.LoseAnswer) {
            answer.transferTo(OutputStream.nullOutputStream());
        } else if (harm instanceof Harm.CutAnswer cut) {
            client.getOutputStream().write(answer.readNBytes(cut.after()));
        } else {
            answer.transferTo(client.getOutputStream());
        }
    }

    private static String head(InputStream in) throws IOException {
        List<Byte> bytes = new ArrayList<>();
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException(bytes.size() + " bytes");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static byte[] alone(String head) {
        return head.replaceAll("(?im)^connection: .*\r\n", "")
                .replaceFirst("\r\n", "\r\nConnection: close\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static long length(String head) {
        Matcher length = LENGTH.matcher(head);
        return length.find() ? Long.parseLong(length.group(1)) : 0;
    }

    private static void copy(InputStream from, OutputStream to, long length) throws IOException {
        byte[] buffer = new byte[65_536];
        for (long left = length; left > 0; ) {
            int got = from.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (got < 0) {
                throw new EOFException();
            }
            to.write(buffer, 0, got);
            left -= got;
        }
    }

    private static byte[] error(Harm.Answer answer) {
        String body = "<?xml version=\"1.0\"?><Error><Code>" + answer.code()
                + "</Code><Message>not for <b>callers</b> to see</Message></Error>";
        return ("HTTP/1.1 " + answer.status()
                        + " No\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
