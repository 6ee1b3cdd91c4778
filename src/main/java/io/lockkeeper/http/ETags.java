package io.lockkeeper.http;

import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Conditional requests (RFC 9110, section 13) with strong entity tags made from what changes with the resource: its
/// id and version.
public final class ETags {
    private static final Pattern TAG = Pattern.compile("(W/)?\"([\\x21\\x23-\\x7E\\x80-\\xFF]*)\"");

    private ETags() {}

    public static EntityTag of(Object... parts) {
        StringBuilder tag = new StringBuilder();
        for (Object part : parts) {
            tag.append(tag.isEmpty() ? "" : "-").append(part);
        }
        return new EntityTag(tag.toString());
    }

    /// The answer to a GET: 304 without a body for a caller who has this version already, else 200 with it.
    public static Response answer(HttpHeaders asked, EntityTag current, Object body) {
        Response.ResponseBuilder answer = isKnown(asked, current) ? Response.notModified() : Response.ok(body);
        return answer.tag(current).build();
    }

    /// Whether `If-None-Match` names this version. Compared weakly, as that header demands.
    public static boolean isKnown(HttpHeaders asked, EntityTag current) {
        return matches(header(asked, HttpHeaders.IF_NONE_MATCH), current, true);
    }

    /// Refuses a change by somebody who did not say which version they change (428), or changes another one (412).
    public static void demandMatch(HttpHeaders asked, EntityTag current) {
        List<String> header = header(asked, HttpHeaders.IF_MATCH);
        if (header.isEmpty()) {
            throw new Refused(Problem.of(
                    428,
                    "precondition-required",
                    "Precondition required",
                    "Send If-Match with the ETag of the version that you read, so that nobody's change is lost."));
        }
        if (!matches(header, current, false)) {
            throw stale();
        }
    }

    /// What to answer when somebody else was quicker.
    public static Refused stale() {
        return new Refused(Problem.of(
                412,
                "precondition-failed",
                "Precondition failed",
                "It was changed since you read it; read it again and send If-Match with its new ETag."));
    }

    private static List<String> header(HttpHeaders asked, String name) {
        List<String> lines = asked.getRequestHeader(name);
        return lines == null ? List.of() : lines;
    }

    private static boolean matches(List<String> header, EntityTag current, boolean weakly) {
        return header.stream()
                .anyMatch(line -> line.strip().equals("*")
                        || TAG.matcher(line).results().anyMatch(tag -> matches(tag, current, weakly)));
    }

    private static boolean matches(MatchResult tag, EntityTag current, boolean weakly) {
        return (weakly || tag.group(1) == null) && tag.group(2).equals(current.getValue());
    }
}
