package io.lockkeeper.http;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What went wrong, in the words of RFC 9457: an answer of the API, and the `error` of a job that failed. `code` is
/// stable and meant for programs, `detail` is one sentence for people that says what to do.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String code,
        String title,
        int status,
        String detail,
        @Nullable String instance,
        List<Fault> errors,
        @Nullable String requestId,
        @JsonIgnore @Nullable Integer retryAfterSeconds) {

    private static final String URN = "urn:lockkeeper:problem:";

    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public String type() {
        return URN + code;
    }

    public static Problem of(int status, String code, String title, String detail) {
        return new Problem(code, title, status, detail, null, List.of(), null, null);
    }

    public static Problem notFound(String what) {
        return of(404, "not-found", "Not found", "There is no " + what + ", or you may not see it.");
    }

    public static Problem conflict(String code, String detail) {
        return of(409, code, "Conflict", detail);
    }

    public static Problem unprocessable(String code, String detail) {
        return of(422, code, "Cannot be done as asked", detail);
    }

    public static Problem invalid(List<Fault> faults) {
        String detail = faults.size() == 1
                ? "The request has a fault: " + faults.getFirst().detail()
                : "The request has " + faults.size() + " faults; each is listed under errors.";
        return new Problem("invalid-request", "Invalid request", 400, detail, null, List.copyOf(faults), null, null);
    }

    public static Problem invalid(String pointer, String detail) {
        return invalid(List.of(new Fault(pointer, detail)));
    }

    /// A query parameter that cannot be understood. It has no pointer: pointers lead into bodies.
    public static Problem badParameter(String name, String detail) {
        return of(400, "invalid-parameter", "Invalid parameter", "The query parameter " + name + " " + detail + ".");
    }

    public static Problem badHeader(String name, String detail) {
        return of(400, "invalid-header", "Invalid header", "The header " + name + " cannot be used: " + detail + ".");
    }

    public static Problem unavailable(String detail, int retryAfterSeconds) {
        return new Problem("unavailable", "Unavailable", 503, detail, null, List.of(), null, retryAfterSeconds);
    }

    public Problem at(String instance, String requestId) {
        return new Problem(code, title, status, detail, instance, errors, requestId, retryAfterSeconds);
    }
}
