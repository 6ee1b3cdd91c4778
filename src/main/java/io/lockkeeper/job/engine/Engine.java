package io.lockkeeper.job.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.job.Kinds;
import io.lockkeeper.job.Loop;
import io.lockkeeper.job.table.AcceptJobs;
import io.lockkeeper.job.table.NewJob;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// The engine of one instance: what accepts jobs, runs them, and follows them. Memory holds nothing that a restart
/// would miss.
public final class Engine {
    private static final Duration TICK = Duration.ofMillis(250);

    private final WorkerConfig config;
    private final EventTail tail;
    private final Worker worker;
    private final Bell bell;
    private final Ledger ledger;
    private final LeaseKeeper lease;
    private final Upkeep upkeep;
    private final Loop ticking;
    private final QueueGauges gauges;

    Engine(
            WorkerConfig config,
            Vertx vertx,
            Pool store,
            Kinds kinds,
            ObjectMapper json,
            RunContext.Gate gate,
            MeterRegistry registry) {
        this.config = config;
        var metrics = new EngineMetrics(registry);
        registry.gauge("lockkeeper.worker.slots", config, WorkerConfig::slots);
        String name = config.name().orElseGet(Engine::hostAndProcess);
        this.tail = new EventTail(vertx, store);
        this.worker = new Worker(config, name, kinds, json, gate, metrics);
        this.bell = new Bell(store, this::lookForWork, this::lookForCancels);
        this.ledger = new Ledger(store, worker, this::committed, metrics);
        this.worker.writesTo(ledger);
        registry.gauge("lockkeeper.worker.running", worker, Worker::running);
        this.lease = new LeaseKeeper(config, worker, ledger::isAlive, store);
        this.upkeep = new Upkeep(config, store, this::lookForWork, bell::work, metrics);
        this.gauges = new QueueGauges(store, registry);
        this.ticking = new Loop("tick", TICK, this::tick);
    }

    private static String hostAndProcess() {
        try {
            return InetAddress.getLocalHost().getHostName() + ":"
                    + ProcessHandle.current().pid();
        } catch (UnknownHostException nameless) {
            return "localhost:" + ProcessHandle.current().pid();
        }
    }

    public void start() {
        tail.start();
        bell.start();
        ledger.start();
        upkeep.start();
        ticking.start();
        gauges.start();
        if (config.enabled()) {
            lease.start();
        }
    }

    /// Completes when the job is committed.
    public CompletableFuture<AcceptJobs.Answer> accept(NewJob job) {
        return ledger.accept(job);
    }

    /// A job was changed in the store by another way than the ledger: cancelled, approved.
    public void jobWasChanged() {
        lookForWork();
        lookForCancels();
        bell.cancel();
        bell.work();
    }

    public EventTail tail() {
        return tail;
    }

    public int running() {
        return worker.running();
    }

    private void lookForWork() {
        ledger.lookForWork();
        tail.look();
    }

    private void lookForCancels() {
        lease.wake();
    }

    private void committed(Turn turn) {
        tail.look();
        bell.work();
        if (turn.schedulesSomething()) {
            upkeep.wake();
        }
    }

    private Duration tick() {
        worker.tick();
        return null;
    }

    /// In this order: nothing new, what runs ends or goes back, what it told is written, the lease goes.
    public void stop() throws InterruptedException {
        worker.stop(config.grace());
        ledger.close();
        ticking.close();
        gauges.close();
        upkeep.close();
        lease.close();
        bell.close();
        tail.stop();
    }
}
