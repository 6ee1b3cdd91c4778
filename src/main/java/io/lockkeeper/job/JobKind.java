package io.lockkeeper.job;

import io.lockkeeper.target.TargetFacts;
import io.smallrye.mutiny.Uni;

/// What a job does: the one interface of a feature. CDI finds the implementations; a second kind of the same name fails
/// the start.
///
/// `run` is straight-line, blocking code on a virtual thread of its own. Whatever it waits for goes through its
/// [JobContext], which is how a cancel reaches it: open sessions get a cancel request, child processes are ended, then
/// the thread is interrupted.
///
/// What it returns is the job's result. A [PermanentFailure] fails the job at once with its problem; anything else that
/// it throws is tried again after a pause until the attempts of its [Limits] are used up.
public interface JobKind<S extends Record, R extends Record> {
    /// Lower case with dashes, for example `restore-test`. It is stored with every job: never rename it.
    String name();

    /// One sentence for people who look at the list of kinds.
    String describes();

    Class<S> specType();

    Limits limits();

    /// What this very job has to do with its target, which may be less than its kind's jobs usually have. A kind that
    /// needs a target needs one for all of its jobs.
    default Limits.TargetUse targetUse(S spec) {
        return limits().target();
    }

    /// Jobs of one target with the same key never run at the same time. By default those that change the target share
    /// one key and the others have none.
    default String exclusivityKey(S spec) {
        return targetUse(spec) == Limits.TargetUse.CHANGES ? "change" : "";
    }

    /// The kind whose protection on a target covers this one too. What changes the same things, such as
    /// undoing it, must not be a way around the approvals that people have asked for.
    default String protectedAs() {
        return name();
    }

    /// Refuses at once, before there is a job, what can be seen never to work: something that the spec names and this
    /// installation does not have. Quick, and without a look at any target.
    ///
    /// @throws io.lockkeeper.http.Refused with the reason
    default void check(S spec) {}

    /// Refuses at once what our own records of the target speak against, such as what its protection demands and is not
    /// there. They may have changed when the job runs: look again then.
    ///
    /// @return fails with io.lockkeeper.http.Refused, with the reason
    default Uni<Void> admit(S spec, TargetFacts target) {
        return Uni.createFrom().voidItem();
    }

    R run(S spec, JobContext job) throws Exception;
}
