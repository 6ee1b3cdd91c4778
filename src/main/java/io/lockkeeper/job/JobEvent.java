package io.lockkeeper.job;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;

/// Something that happened to a job, ready for the wire: encoded when it is read, however many clients it goes to.
///
/// @param last whether it is the end of its job's story
public record JobEvent(
        long seq, long job, String kind, String target, String type, boolean last, String json, Buffer frame) {

    public static JobEvent of(
            long seq, long job, String kind, String target, String type, Instant at, boolean last, String data) {
        String head = "{\"seq\":" + seq + ",\"job\":" + job + ",\"type\":\"" + type + "\",\"at\":\"" + at + "\"";
        String json = data.equals("{}") ? head + "}" : head + "," + data.substring(1);
        Buffer frame = Buffer.buffer("id: " + seq + "\nevent: " + type + "\ndata: " + json + "\n\n");
        return new JobEvent(seq, job, kind, target, type, last, json, frame);
    }

    @JsonValue
    @JsonRawValue
    public String json() {
        return json;
    }
}
