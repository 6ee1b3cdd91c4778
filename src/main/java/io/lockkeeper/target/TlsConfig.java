package io.lockkeeper.target;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import org.eclipse.microprofile.config.spi.Converter;

@ConfigMapping(prefix = "lockkeeper.tls")
interface TlsConfig {
    /// Targets with this label must be verified in full.
    @WithDefault("env=prod")
    @WithConverter(SelectorConverter.class)
    LabelSelector strictSelector();

    final class SelectorConverter implements Converter<LabelSelector> {
        @Override
        public LabelSelector convert(String text) {
            return LabelSelector.parse(text.strip());
        }
    }
}
