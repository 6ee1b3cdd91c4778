package io.lockkeeper.http;

import jakarta.validation.Validation;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;

/// A strict reader as the application has it, without the application: for tests of this and other packages.
public final class StrictReaders {
    private StrictReaders() {}

    public static StrictReader plain() {
        return new StrictReader(Validation.byDefaultProvider()
                .configure()
                .messageInterpolator(new ParameterMessageInterpolator())
                .buildValidatorFactory()
                .getValidator());
    }
}
