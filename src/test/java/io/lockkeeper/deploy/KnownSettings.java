package io.lockkeeper.deploy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaParameter;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.lockkeeper.store.StoreAccess;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// The environment variables that the application really reads: found in its compiled classes, and for its store
/// by watching what it asks for. A manifest that sets another one sets nothing.
record KnownSettings(Set<String> variables) {

    static KnownSettings ofTheApplication() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.lockkeeper");
        Set<String> variables = classes.stream()
                .flatMap(type -> Stream.concat(mapped(type), injected(type)))
                .map(KnownSettings::asVariable)
                .collect(Collectors.toCollection(HashSet::new));
        variables.addAll(ofTheStore());
        return new KnownSettings(Set.copyOf(variables));
    }

    private static Stream<String> mapped(JavaClass type) {
        if (!type.isAnnotatedWith(ConfigMapping.class)) {
            return Stream.empty();
        }
        ConfigClass mapping = ConfigClass.configClass(type.reflect());
        return ConfigMappings.getProperties(mapping).keySet().stream();
    }

    private static Stream<String> injected(JavaClass type) {
        return type.getConstructors().stream()
                .flatMap(constructor -> constructor.getParameters().stream())
                .filter(parameter -> parameter.isAnnotatedWith(ConfigProperty.class))
                .map(KnownSettings::name);
    }

    private static String name(JavaParameter parameter) {
        return parameter.getAnnotationOfType(ConfigProperty.class).name();
    }

    /// Everything that it asks for when neither of its two roles has a password yet.
    private static Set<String> ofTheStore() {
        Set<String> asked = new HashSet<>();
        StoreAccess.from(name -> {
            asked.add(name);
            return switch (name) {
                case "LOCKKEEPER_STORE_URL" -> "postgresql://host/database";
                case "LOCKKEEPER_STORE_USERNAME", "LOCKKEEPER_STORE_OWNER_USERNAME" -> "somebody";
                default -> null;
            };
        });
        return asked;
    }

    private static String asVariable(String property) {
        return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
