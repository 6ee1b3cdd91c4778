package io.lockkeeper.target;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;

/// What a target is asked while the caller waits: on a virtual thread of its own, which ends early when nobody
/// waits any more.
public final class AskedNow {
    private AskedNow() {}

    @FunctionalInterface
    public interface Question<T> {
        T ask() throws InterruptedException;
    }

    /// @param bound for all of it; then the target counts as unreachable
    public static <T> Uni<T> of(String target, Duration bound, Question<T> question) {
        Refused tooLate = tooLate(target, bound);
        return Uni.createFrom()
                .<T>emitter(emitter -> start(target, question, tooLate, emitter))
                .ifNoItem()
                .after(bound)
                .failWith(() -> tooLate);
    }

    private static <T> void start(String target, Question<T> question, Refused tooLate, UniEmitter<? super T> emitter) {
        Thread worker = Thread.ofVirtual().name("asking " + target).unstarted(() -> {
            try {
                emitter.complete(question.ask());
            } catch (InterruptedException nobodyWaits) {
                emitter.fail(tooLate);
            } catch (RuntimeException | Error failure) {
                emitter.fail(failure);
            }
        });
        emitter.onTermination(worker::interrupt);
        worker.start();
    }

    private static Refused tooLate(String target, Duration bound) {
        return new Refused(Problem.of(
                502,
                "target-unreachable",
                "Target unreachable",
                "Target " + target + " did not answer all questions within " + bound.toSeconds() + " s."));
    }
}
