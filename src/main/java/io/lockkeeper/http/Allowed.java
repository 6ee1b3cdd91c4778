package io.lockkeeper.http;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.handlers.ClassRoutingHandler;
import org.jboss.resteasy.reactive.server.handlers.RestInitialHandler.InitialMatch;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper;

/// The methods that the path of the current request takes. RFC 9110 demands them with a 405, and Quarkus does not
/// say.
final class Allowed {
    private Allowed() {}

    static String here() {
        ResteasyReactiveRequestContext request = CurrentRequestManager.get();
        String path = request.getPathWithoutPrefix();
        RequestMapper<InitialMatch> classes =
                new RequestMapper<>(request.getDeployment().getClassMappers());
        TreeSet<String> methods = new TreeSet<>();
        var match = classes.map(path);
        while (match != null) {
            collect(match, methods);
            match = classes.continueMatching(path, match);
        }
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        methods.add("OPTIONS");
        return String.join(", ", methods);
    }

    private static void collect(RequestMapper.RequestMatch<InitialMatch> match, TreeSet<String> methods) {
        String rest = match.remaining.isEmpty() ? "/" : match.remaining;
        Arrays.stream(match.value.handlers)
                .filter(ClassRoutingHandler.class::isInstance)
                .flatMap(handler -> ((ClassRoutingHandler) handler).getMappers().entrySet().stream())
                .filter(method -> method.getKey() != null && method.getValue().map(rest) != null)
                .map(Map.Entry::getKey)
                .forEach(methods::add);
    }
}
