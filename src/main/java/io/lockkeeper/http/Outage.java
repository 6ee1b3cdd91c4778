package io.lockkeeper.http;

import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/// Whether a failure means that the store is away or about to be: gone, starting, stopping, out of connections,
/// failed over. That is nobody's mistake, and trying again helps.
final class Outage {
    private Outage() {}

    static boolean isBehind(Throwable thrown) {
        return Failure.chain(thrown).anyMatch(Outage::isOne);
    }

    private static boolean isOne(Throwable cause) {
        return switch (cause) {
            case PgException postgres -> isOutageState(postgres.getSqlState());
            case ClosedConnectionException lost -> true;
            case ConnectException refused -> true;
            case UnknownHostException unknown -> true;
            case SocketException broken -> true;
            case ClosedChannelException closed -> true;
            default -> isOutageMessage(cause.getMessage());
        };
    }

    /// 08: connections; 57P: shut down, crash, starting; 53300: too many clients; 25006: a standby that cannot write.
    private static boolean isOutageState(@Nullable String state) {
        return state != null
                && (state.startsWith("08")
                        || state.startsWith("57P")
                        || state.equals("53300")
                        || state.equals("25006"));
    }

    /// The client tells these by words alone.
    private static boolean isOutageMessage(@Nullable String message) {
        return message != null
                && (message.equals("Connection was closed")
                        || message.equals("Connection closed")
                        || message.startsWith("Connection is not active now")
                        || message.startsWith("Pending requests failed to be sent")
                        || message.startsWith("Timeout waiting for connection")
                        || message.startsWith("Pool closed")
                        || message.equals("Timeout"));
    }
}
