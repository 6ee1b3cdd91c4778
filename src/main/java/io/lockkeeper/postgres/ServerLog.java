package io.lockkeeper.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What a server of ours writes down. The file may be missing, and it may grow while we read.
public record ServerLog(Path file) {

    /// To be asked for what was added since.
    public long length() throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    /// Its lines from a position on; to be closed.
    public Stream<String> from(long position) throws IOException {
        if (Files.notExists(file)) {
            return Stream.empty();
        }
        SeekableByteChannel channel = Files.newByteChannel(file);
        channel.position(position);
        InputStream bytes = Channels.newInputStream(channel);
        return new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8)) // never throws for bad bytes
                .lines()
                .onClose(() -> close(channel));
    }

    /// What was added since, but no more than the last so many bytes.
    String end(long position, int atMost) {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(Math.max(position, channel.size() - atMost));
            ByteBuffer bytes = ByteBuffer.allocate(atMost);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return StandardCharsets.UTF_8.decode(bytes.flip()).toString().strip();
        } catch (IOException unreadable) {
            return "";
        }
    }

    private static void close(SeekableByteChannel channel) {
        try {
            channel.close();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
