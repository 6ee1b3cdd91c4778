package io.lockkeeper.job;

import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.PgSession;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// What a running job may do, and how the world hears of it. Steps are for the job's own thread; the rest may be called
/// from any thread that the job waits for.
///
/// Every method ends with [Stopped] once the job was told to stop (cancelled, out of time, lease lost, instance going
/// down). Do not catch it.
public interface JobContext {
    long jobId();

    /// From 1. More than 1 means that an earlier run ended early and may have left something behind.
    int attempt();

    /// The target's name; empty where the kind uses none.
    String target();

    /// A session on the target, cancelled and closed with the job. Its `application_name` names the job.
    PgSession connect() throws InterruptedException;

    /// A directory of this job alone, which nobody else may enter. It goes with the job, whatever it holds; after a
    /// crash, with the next start of an instance on this machine.
    Path directory() throws IOException;

    /// Runs a program to its end and returns its exit code; what it prints comes line by line. It is ended with the
    /// job, and then this does not return: an exit code that we caused says nothing.
    int run(ChildProcess.Command command, Consumer<String> output, Duration bound)
            throws IOException, InterruptedException, TimeoutException;

    /// The same for a program whose stdout is data; its lines are those of stderr.
    int run(ChildProcess.Command command, ChildProcess.Bytes stdout, Consumer<String> lines, Duration bound)
            throws IOException, InterruptedException, TimeoutException;

    /// A named part of the work with its own state, shown in the job and told as events.
    <T> T step(String name, Work<T> work) throws Exception;

    /// How far it is. Told at most four times a second, the latest wins.
    void progress(int percent, String message);

    /// A line for people. Lines are kept with the job and told in batches; secrets have no place here.
    void log(String line);

    @FunctionalInterface
    interface Work<T> {
        T run() throws Exception;
    }

    /// The job was told to stop. An Error so that no `catch (Exception e)` of a kind swallows it.
    final class Stopped extends Error {
        public Stopped() {
            super("the job was told to stop", null, false, false);
        }
    }
}
