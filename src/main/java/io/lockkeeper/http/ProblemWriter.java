package io.lockkeeper.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.LinkedHashMap;
import java.util.Map;

/// Puts a problem on the wire: its document, and the headers that belong to it.
@Singleton
public class ProblemWriter {
    public static final String MEDIA_TYPE = "application/problem+json";

    private final ObjectMapper json;

    ProblemWriter(ObjectMapper json) {
        this.json = json;
    }

    /// Answers outside of JAX-RS.
    public void answer(RoutingContext request, Problem problem) {
        HttpServerResponse answer = request.response().setStatusCode(problem.status());
        headers(problem).forEach(answer::putHeader);
        answer.end(Buffer.buffer(document(request, problem)));
    }

    byte[] document(RoutingContext request, Problem problem) {
        try {
            return json.writeValueAsBytes(problem.at(request.request().path(), RequestId.of(request)));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    Map<String, String> headers(Problem problem) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE);
        if (problem.retryAfterSeconds() != null) {
            headers.put(HttpHeaders.RETRY_AFTER, problem.retryAfterSeconds().toString());
        }
        if (problem.status() == 401) {
            headers.put(HttpHeaders.WWW_AUTHENTICATE, challenge(problem));
        }
        return headers;
    }

    /// RFC 6750: an error is named only to who presented a token.
    private static String challenge(Problem problem) {
        return "Bearer realm=\"lockkeeper\""
                + (problem.code().equals("invalid-token") ? ", error=\"invalid_token\"" : "");
    }
}
