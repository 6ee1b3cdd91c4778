package io.lockkeeper.http;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;

/// What the headers of the current request ask for, beside its body. To be asked while the resource method runs.
@RequestScoped
public class CurrentRequest {
    private static final String BODY = CurrentRequest.class.getName() + ".body";

    private final CurrentVertxRequest current;

    CurrentRequest(CurrentVertxRequest current) {
        this.current = current;
    }

    public String id() {
        return RequestId.of(request());
    }

    public Preference preference() {
        return Preference.of(request().request().headers().getAll(Preference.HEADER));
    }

    /// The key, if there is one, with the digest of the body that the method took as a record (or of none).
    public Optional<IdempotencyKey> idempotencyKey() {
        return idempotencyKey(Optional.<byte[]>ofNullable(request().get(BODY)).orElseGet(() -> new byte[0]));
    }

    /// The same for a method that took the bytes themselves.
    public Optional<IdempotencyKey> idempotencyKey(byte[] body) {
        return IdempotencyKey.of(
                request().request().headers().getAll(IdempotencyKey.HEADER),
                request().request().method().name(),
                request().normalizedPath(),
                body);
    }

    static void remember(RoutingContext request, byte[] body) {
        request.put(BODY, body);
    }

    private RoutingContext request() {
        return current.getCurrent();
    }
}
