package io.lockkeeper.job;

import io.lockkeeper.Instance;
import io.lockkeeper.TestServers;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;

/// How many clients one instance can tell what happens, how soon, and what an idle one costs. The clients run in this
/// process, on the same processors.
public final class SseBench {
    private SseBench() {}

    public static void main(String[] args) throws Exception {
        int clients = args.length > 0 ? Integer.parseInt(args[0]) : 2_000;
        Path home = Files.createTempDirectory("lockkeeper-bench");
        Ward ward = new Ward(TestServers.freshStore());
        Vertx vertx = Vertx.vertx();
        try (Instance instance = Instance.start(
                        ward.store(),
                        home,
                        "bench",
                        "-Xmx1g",
                        "-Dquarkus.log.category.\"io.lockkeeper.http.RequestLog\".level=WARN")
                .ready()) {
            Ward.registerTarget(instance);
            System.out.print(new SseLoad(instance, ward, vertx).run(clients).text());
        }
        System.exit(0);
    }
}
