package io.lockkeeper.job;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;

/// Log lines of a job, with the place where to read on.
record LogPage(List<JsonObject> events, long next, boolean complete) {
    static LogPage of(JobView job, List<JobEvent> rows, long after, int limit) {
        List<JobEvent> page = rows.size() > limit ? rows.subList(0, limit) : rows;
        long next = page.isEmpty() ? after : page.getLast().seq();
        return new LogPage(
                page.stream().map(event -> new JsonObject(event.json())).toList(),
                next,
                job.done() && rows.size() <= limit);
    }

    Response answer(String accept) {
        boolean asText = accept != null && accept.contains(MediaType.TEXT_PLAIN) && !accept.contains("ndjson");
        StringBuilder text = new StringBuilder();
        for (JsonObject event : events) {
            for (Object line : event.getJsonArray("lines", new JsonArray())) {
                text.append(
                                asText
                                        ? line
                                        : new JsonObject()
                                                .put("seq", event.getLong("seq"))
                                                .put("at", event.getString("at"))
                                                .put("line", line)
                                                .encode())
                        .append('\n');
            }
        }
        return Response.ok(text.toString(), asText ? "text/plain;charset=UTF-8" : "application/x-ndjson")
                .header("X-Next-After", next)
                .header("X-Complete", complete)
                .build();
    }
}
