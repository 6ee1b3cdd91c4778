package io.lockkeeper.http;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/// Turns whatever a resource throws into a problem. The subclasses are named because Quarkus brings a mapper of its
/// own for each.
class ProblemMapper {
    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    private final ProblemWriter writer;

    ProblemMapper(ProblemWriter writer) {
        this.writer = writer;
    }

    @ServerExceptionMapper({
        Throwable.class,
        Refused.class,
        WebApplicationException.class,
        NotFoundException.class,
        AuthenticationFailedException.class,
        UnauthorizedException.class,
        ForbiddenException.class
    })
    Response answer(Throwable thrown, RoutingContext request) {
        Problem problem = Failure.problem(thrown);
        if (problem.status() == 500) {
            LOG.error("A request failed for a reason that nobody foresaw", thrown);
        }
        Response.ResponseBuilder answer = Response.status(problem.status()).entity(writer.document(request, problem));
        writer.headers(problem).forEach(answer::header);
        if (thrown instanceof NotAllowedException) {
            answer.header(HttpHeaders.ALLOW, Allowed.here());
        }
        return answer.build();
    }
}
