package io.lockkeeper.target;

import io.lockkeeper.postgres.Tls;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/// Text that holds certificates, and no private key that somebody pasted along.
@Constraint(validatedBy = PemCertificates.Validator.class)
@Retention(RetentionPolicy.RUNTIME)
@interface PemCertificates {
    String message() default "must hold one or more X.509 certificates in PEM, and no private key";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    final class Validator implements ConstraintValidator<PemCertificates, String> {
        @Override
        public boolean isValid(String pem, ConstraintValidatorContext context) {
            return pem == null || !pem.contains("PRIVATE KEY") && Tls.holdsCertificates(pem);
        }
    }
}
