package io.lockkeeper.http;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyReader;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/// Gives resource methods that take a record the strict reading of the body.
@Provider
@Consumes(MediaType.APPLICATION_JSON)
public class RecordBodyReader implements ServerMessageBodyReader<Record> {
    private final StrictReader reader;

    RecordBodyReader(StrictReader reader) {
        this.reader = reader;
    }

    @Override
    public boolean isReadable(Class<?> type, Type generic, ResteasyReactiveResourceInfo method, MediaType media) {
        return type.isRecord();
    }

    @Override
    public boolean isReadable(Class<?> type, Type generic, Annotation[] annotations, MediaType media) {
        return type.isRecord();
    }

    @Override
    public Record readFrom(Class<Record> type, Type generic, MediaType media, ServerRequestContext context)
            throws IOException {
        byte[] body = context.getInputStream().readAllBytes();
        CurrentRequest.remember(((ResteasyReactiveRequestContext) context).unwrap(RoutingContext.class), body);
        return reader.read(body, type);
    }

    @Override
    public Record readFrom(
            Class<Record> type,
            Type generic,
            Annotation[] annotations,
            MediaType media,
            MultivaluedMap<String, String> headers,
            InputStream body)
            throws IOException {
        return reader.read(body.readAllBytes(), type);
    }
}
