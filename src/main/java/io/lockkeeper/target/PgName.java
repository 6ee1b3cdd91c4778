package io.lockkeeper.target;

import io.lockkeeper.postgres.Identifiers;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/// A name that PostgreSQL takes as it is, without cutting it.
@Constraint(validatedBy = PgName.Validator.class)
@Retention(RetentionPolicy.RUNTIME)
@interface PgName {
    String message() default "must have 1 to 63 bytes and no control characters";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    final class Validator implements ConstraintValidator<PgName, String> {
        @Override
        public boolean isValid(String name, ConstraintValidatorContext context) {
            if (name == null) {
                return true;
            }
            try {
                return Identifiers.checked(name).chars().noneMatch(Character::isISOControl);
            } catch (IllegalArgumentException refused) {
                return false;
            }
        }
    }
}
