package io.lockkeeper.http;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import java.io.IOException;
import java.util.stream.Stream;

/// What is thrown, as the problem that the caller sees. The one place where exceptions become answers.
public final class Failure {
    private static final int LONGEST_CHAIN = 20;

    private Failure() {}

    public static Problem problem(Throwable thrown) {
        return chain(thrown)
                .filter(Refused.class::isInstance)
                .map(refused -> ((Refused) refused).problem())
                .findFirst()
                .orElseGet(() -> unforeseen(thrown));
    }

    static Problem ofStatus(int status) {
        return switch (status) {
            case 400 ->
                bad(400, "bad-request", "Bad request", "The request cannot be understood; see its path and headers.");
            case 401 -> unauthorized();
            case 403 -> bad(403, "forbidden", "Forbidden", "You may not do this.");
            case 404 -> bad(404, "not-found", "Not found", "There is nothing here; see /q/openapi for what there is.");
            case 405 ->
                bad(405, "method-not-allowed", "Method not allowed", "The header Allow names what this path takes.");
            case 406 -> bad(406, "not-acceptable", "Not acceptable", "Nothing that Accept asks for can be given here.");
            case 413 -> bad(413, "too-large", "Too large", "The body is larger than this service takes.");
            case 414 ->
                bad(414, "uri-too-long", "URI too long", "The path and query are longer than this service takes.");
            case 415 ->
                bad(415, "unsupported-media-type", "Unsupported media type", "Send a body of type application/json.");
            case 431 ->
                bad(431, "headers-too-large", "Headers too large", "The headers are larger than this service takes.");
            case 503 -> Problem.unavailable("The service cannot answer now; try again soon.", 1);
            default ->
                status >= 400 && status < 500
                        ? bad(status, "bad-request", "Bad request", "The request was refused.")
                        : internal();
        };
    }

    private static Problem unforeseen(Throwable thrown) {
        if (thrown instanceof AuthenticationFailedException) {
            return bad(
                    401,
                    "invalid-token",
                    "Invalid token",
                    "The token is unknown, revoked or expired; send another one.");
        }
        if (thrown instanceof UnauthorizedException) {
            return unauthorized();
        }
        if (thrown instanceof ForbiddenException) {
            return ofStatus(403);
        }
        if (thrown instanceof NotFoundException && thrown.getCause() != null) {
            return unconvertible();
        }
        if (thrown instanceof WebApplicationException web) {
            return ofStatus(web.getResponse().getStatus());
        }
        if (thrown instanceof IOException && "Request too large".equals(thrown.getMessage())) {
            return ofStatus(413);
        }
        return Outage.isBehind(thrown)
                ? Problem.unavailable("The store does not answer; nothing was changed for sure. Try again soon.", 1)
                : internal();
    }

    /// A part of the path that is not of its type: `/jobs/x`. For the query see [QueryParameters].
    private static Problem unconvertible() {
        return bad(404, "not-found", "Not found", "There is nothing here: a part of the path is not of its type.");
    }

    private static Problem unauthorized() {
        return bad(401, "unauthorized", "Unauthorized", "Send a token: Authorization: Bearer lk_...");
    }

    private static Problem internal() {
        return bad(
                500, "internal", "Internal error", "Something went wrong here; the log has it under the request id.");
    }

    private static Problem bad(int status, String code, String title, String detail) {
        return Problem.of(status, code, title, detail);
    }

    static Stream<Throwable> chain(Throwable thrown) {
        return Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .limit(LONGEST_CHAIN);
    }
}
