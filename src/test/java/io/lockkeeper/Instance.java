package io.lockkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.store.StoreAccess;
import io.lockkeeper.store.StoreAddress;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/// The packaged application as a process of its own, on a store that others may use too. Instances on one store share
/// a home, for the key that seals credentials lies there.
public final class Instance implements AutoCloseable {
    public static final String TOKEN = "a-token-of-the-tests-0123456789-abcdefghij";

    private static final Path JAR =
            Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)");
    private static final Pattern LIVE_BYTES = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");

    private final Process process;
    private final Path log;
    private int port;

    private Instance(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /// Begins to start it; [#ready] waits for it.
    ///
    /// @param options of the virtual machine, such as `-Xmx256m` or `-Dlockkeeper.worker.slots=60`
    public static Instance start(StoreAccess store, Path home, String name, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Dquarkus.profile=dev",
                "-Dquarkus.http.port=0",
                "-Dlockkeeper.worker.name=" + name));
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", JAR.toString()));
        Path log = home.resolve(name + "-" + System.nanoTime() + ".log");
        var builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("LOCKKEEPER_"));
        builder.environment().put("LOCKKEEPER_STORE_URL", store.serving().url());
        builder.environment().put("LOCKKEEPER_STORE_OWNER_URL", store.owner().url());
        builder.environment().put("LOCKKEEPER_HOME", home.toString());
        builder.environment().put("LOCKKEEPER_ADMIN_TOKEN", TOKEN);
        return new Instance(
                builder.directory(home.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start(),
                log);
    }

    public Instance ready() {
        port = Awaitility.await(log.toString())
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(50))
                .failFast("it has ended:\n" + log(), () -> !process.isAlive())
                .until(this::listensOn, found -> found > 0);
        return this;
    }

    private int listensOn() {
        Matcher found = LISTENING.matcher(log());
        return found.find() ? Integer.parseInt(found.group(1)) : 0;
    }

    public int port() {
        return port;
    }

    public String log() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    /// The log from the first error on, for the message of a test that fails.
    public String errors() {
        String log = log();
        int first = Math.max(log.indexOf("nobody foresaw"), log.indexOf(" ERROR "));
        return first < 0 ? "no error in the log" : log.substring(first, Math.min(log.length(), first + 4_000));
    }

    /// A request by its admin.
    public RequestSpecification ask() {
        return RestAssured.given().port(port).header("Authorization", "Bearer " + TOKEN);
    }

    /// What it answers, which must be with this status.
    public JsonPath post(String path, JsonObject body, int status) {
        return ask().contentType(ContentType.JSON)
                .body(body.encode())
                .post(path)
                .then()
                .statusCode(status)
                .extract()
                .jsonPath();
    }

    /// Makes a database a target.
    ///
    /// @param more of what can be said of a target
    public void register(String name, StoreAddress database, JsonObject more) {
        JsonObject target = new JsonObject()
                .put("name", name)
                .put("host", database.host())
                .put("port", database.port())
                .put("database", database.database())
                .put("username", database.username())
                .put(
                        "credential",
                        new JsonObject().put("value", database.password().orElseThrow()))
                .put("tls", new JsonObject().put("mode", "disable"))
                .mergeIn(more);
        post("/api/v1/targets", target, 201);
    }

    public void register(String name, StoreAddress database) {
        register(name, database, new JsonObject());
    }

    public JsonPath job(long id) {
        return ask().get("/api/v1/jobs/" + id).then().extract().jsonPath();
    }

    /// The job at its end, however it ended.
    public JsonPath awaitJob(long id, Duration most) {
        return Awaitility.await("the end of job " + id)
                .atMost(most)
                .until(() -> job(id), job -> job.getBoolean("done"));
    }

    /// A job that was asked for, and has succeeded. The request itself waits: asking again and again would take from
    /// what a benchmark measures.
    public JsonPath succeed(String path, JsonObject request) {
        JsonPath asked = ask().contentType(ContentType.JSON)
                .header("Prefer", "wait=60")
                .body(request.encode())
                .post(path)
                .then()
                .extract()
                .jsonPath();
        JsonPath job = asked.getBoolean("done") ? asked : awaitJob(asked.getLong("id"), Duration.ofMinutes(30));
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
        return job;
    }

    /// One value of its metrics; 0 if there is none.
    public double metric(String line) {
        return ask().get("/q/metrics")
                .then()
                .extract()
                .asString()
                .lines()
                .filter(one -> one.startsWith(line))
                .mapToDouble(one -> Double.parseDouble(one.substring(one.lastIndexOf(' '))))
                .findFirst()
                .orElse(0);
    }

    /// What the heap holds after a full collection.
    public long liveBytes() throws IOException, InterruptedException {
        Path jcmd =
                Path.of(ProcessHandle.current().info().command().orElseThrow()).resolveSibling("jcmd");
        String histogram = outputOf(jcmd.toString(), pid(), "GC.class_histogram");
        Matcher total = LIVE_BYTES.matcher(histogram);
        assertThat(total.find()).as(histogram).isTrue();
        return Long.parseLong(total.group(1));
    }

    /// What the process has in memory by the operating system's account.
    public long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc", pid(), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .sum();
    }

    public String pid() {
        return Long.toString(process.pid());
    }

    /// @param signal such as `STOP`, `CONT`, `KILL`
    public void signal(String signal) throws IOException, InterruptedException {
        outputOf("kill", "-" + signal, pid());
    }

    private static String outputOf(String... command) throws IOException, InterruptedException {
        Process one = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(one.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(one.waitFor()).as(output).isZero();
        return output;
    }

    /// Its exit code, once it has ended by itself.
    public int awaitEnd(Duration most) throws InterruptedException {
        assertThat(process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS))
                .as("ended within %s", most)
                .isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
