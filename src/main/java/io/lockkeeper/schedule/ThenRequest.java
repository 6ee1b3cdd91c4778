package io.lockkeeper.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits.TargetUse;
import java.lang.reflect.RecordComponent;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The request for a job that follows another one: told of that one where its kind wants to know.
final class ThenRequest {
    private ThenRequest() {}

    /// @param first the id of the job before
    static ObjectNode of(
            JobKind<?, ?> kind, ObjectNode spec, String firstKind, long first, @Nullable String firstTarget) {
        ObjectNode request = spec.deepCopy();
        String field = fieldFor(firstKind);
        boolean wants = Stream.of(kind.specType().getRecordComponents())
                .map(RecordComponent::getName)
                .anyMatch(field::equals);
        if (wants && !request.has(field)) {
            request.put(field, first);
        }
        if (kind.limits().target() != TargetUse.NONE && firstTarget != null && !request.has("target")) {
            request.put("target", firstTarget);
        }
        return request;
    }

    /// `restoreTest` for the kind `restore-test`.
    static String fieldFor(String kind) {
        String[] words = kind.split("-");
        StringBuilder field = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            field.append(Character.toUpperCase(words[i].charAt(0))).append(words[i], 1, words[i].length());
        }
        return field.toString();
    }
}
