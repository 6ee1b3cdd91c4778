package io.lockkeeper.depot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/// Who we are to a server of S3. A file is read anew for each call, so that its secret can be exchanged.
record S3Credentials(AwsCredentialsProvider from) implements AwsCredentialsProvider {
    private static final int LARGEST = 4096;

    /// Tells this from all else that may fail on the client's side.
    static final class NotThere extends RuntimeException {
        NotThere(String why, Throwable cause) {
            super(why, cause);
        }
    }

    static S3Credentials of(String id, String secret) {
        return new S3Credentials(() -> AwsBasicCredentials.create(id, secret));
    }

    static S3Credentials of(String id, Path file) {
        return new S3Credentials(() -> AwsBasicCredentials.create(id, read(file)));
    }

    static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            String secret = new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8).strip();
            if (secret.isEmpty()) {
                throw new NotThere(file + " is empty", null);
            }
            return secret;
        } catch (IOException e) {
            throw new NotThere(file + " cannot be read", e);
        }
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return from.resolveCredentials();
        } catch (SdkClientException none) {
            throw SdkClientException.create("no credentials", new NotThere("no credentials", none));
        } catch (NotThere unreadable) {
            throw SdkClientException.create("no credentials", unreadable);
        }
    }

    @Override
    public String toString() {
        return "credentials";
    }
}
