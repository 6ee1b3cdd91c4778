package io.lockkeeper.postgres;

import static io.lockkeeper.postgres.ConnectFailure.Reason.*;

import io.lockkeeper.postgres.ConnectFailure.Reason;
import io.vertx.pgclient.PgException;
import java.net.ConnectException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/// From the many ways in which an attempt to connect fails to the one reason and sentence that help.
final class ConnectDiagnosis {
    private static final Duration ASKING = Duration.ofSeconds(1);

    private ConnectDiagnosis() {}

    static ConnectFailure of(Route route, Duration bound, Exception failure) {
        Throwable cause =
                failure instanceof IllegalStateException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof ConnectFailure known) {
            return known;
        }
        if (cause instanceof PgException said) {
            return refusal(route.server(), said);
        }
        if (route.trust().objection() != null) {
            return distrust(route.server(), route.trust().objection());
        }
        String where = route.server().host() + ":" + route.server().port();
        if (cause instanceof io.netty.channel.ConnectTimeoutException) {
            return nobody(where, bound, cause);
        }
        if (cause instanceof ConnectException) {
            return new ConnectFailure(UNREACHABLE, "Nobody listens at " + where + ".", cause);
        }
        if (cause instanceof java.net.SocketException
                || cause instanceof java.nio.channels.UnresolvedAddressException) {
            return new ConnectFailure(UNREACHABLE, "There is no way to " + where + ".", cause);
        }
        return silence(route, where, bound, cause);
    }

    /// The line was open and then nothing sensible came: one question tells who is there.
    private static ConnectFailure silence(Route route, String where, Duration bound, Throwable cause) {
        boolean late = cause instanceof TimeoutException;
        boolean tls = route.server().tls().mode().encrypted();
        return switch (route.whoAreYou(ASKING)) {
            case SOMETHING_ELSE ->
                new ConnectFailure(NOT_POSTGRES, "What answers at " + where + " is not PostgreSQL.", cause);
            case NOBODY -> nobody(where, bound, cause);
            case SILENCE ->
                new ConnectFailure(
                        NOT_POSTGRES,
                        where + " accepts connections but says nothing that PostgreSQL would say.",
                        cause);
            case HANGS_UP ->
                new ConnectFailure(UNREACHABLE, where + " accepts connections and closes them at once.", cause);
            case NO_TLS, ERROR ->
                tls
                        ? new ConnectFailure(
                                TLS, "The server at " + where + " does not offer TLS, and it is demanded.", cause)
                        : unfinished(where, bound, late, cause);
            case TLS ->
                tls && (cause instanceof SSLException || !late)
                        ? new ConnectFailure(TLS, "The TLS handshake with " + where + " failed.", cause)
                        : unfinished(where, bound, late, cause);
        };
    }

    private static ConnectFailure nobody(String where, Duration bound, Throwable cause) {
        return new ConnectFailure(
                UNREACHABLE, "Nobody answers at " + where + " within " + bound.toMillis() + " ms.", cause);
    }

    private static ConnectFailure unfinished(String where, Duration bound, boolean late, Throwable cause) {
        String sentence = late
                ? "The server at " + where + " did not open the session within " + bound.toMillis() + " ms."
                : "The server at " + where + " closed the connection before the session was open.";
        return new ConnectFailure(UNREACHABLE, sentence, cause);
    }

    private static ConnectFailure distrust(ServerAddress server, CertificateException objection) {
        String why = objection.getMessage() != null && objection.getMessage().contains("subject")
                ? "is not for the host " + server.host()
                : "is not signed by a trusted CA, or not valid now";
        return new ConnectFailure(TLS, "The server's certificate " + why + ".", objection);
    }

    /// By SQLSTATE, and where that is shared by the C function that raised it: messages are in the server's language.
    private static ConnectFailure refusal(ServerAddress server, PgException said) {
        String state = said.getSqlState() == null ? "" : said.getSqlState();
        Reason reason =
                switch (state) {
                    case "28P01" -> AUTHENTICATION;
                    case "28000" -> "ClientAuthentication".equals(said.getRoutine()) ? NOT_ALLOWED : AUTHENTICATION;
                    case "3D000" -> NO_DATABASE;
                    case "42501", "55000" -> NOT_ALLOWED;
                    case "53300" -> TOO_MANY_CONNECTIONS;
                    case "57P01", "57P02", "57P03" -> STARTING_UP;
                    default -> REFUSED;
                };
        return new ConnectFailure(reason, sentence(reason, server, state), said);
    }

    private static String sentence(Reason reason, ServerAddress server, String state) {
        String role = server.username();
        return switch (reason) {
            case AUTHENTICATION -> "The server does not accept the password of " + role + ", or has no such role.";
            case NOT_ALLOWED ->
                "The server's access rules (pg_hba.conf, CONNECT privilege) do not let " + role + " into "
                        + server.database() + " from here"
                        + (server.tls().mode().encrypted() ? "." : " without TLS.");
            case NO_DATABASE -> "The server has no database " + server.database() + ".";
            case TOO_MANY_CONNECTIONS -> "The server has no connection left for " + role + ".";
            case STARTING_UP -> "The server is starting, stopping or recovering.";
            default -> "The server refused the session (" + state + ").";
        };
    }
}
