package io.lockkeeper.job;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// An endpoint that hands its request to [JobStarts]. What all of these take and answer, [JobStartsInContract] writes
/// into the contract; the method says only what is its own: an `operationId`, the spec as the schema of its
/// `@RequestBody` (none: the kind has nothing to ask), examples, and the problems that only it has.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface StartsAJob {
    TargetFrom target() default TargetFrom.BODY;

    /// Where such a request says what it is for.
    enum TargetFrom {
        /// `target` in the body: [JobStarts#one].
        BODY,
        /// `target`, or `targets` for all whose labels match: [JobStarts#each].
        BODY_OR_LABELS,
        /// The path, or what the path names, has said it.
        PATH
    }
}
