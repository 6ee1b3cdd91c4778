package io.lockkeeper.target;

import io.lockkeeper.http.Words;
import io.lockkeeper.postgres.TlsMode;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;

/// The modes are kept by their names on the wire, as libpq writes them.
@Converter
class TlsModeColumn implements AttributeConverter<TlsMode, String> {
    @Override
    public String convertToDatabaseColumn(TlsMode mode) {
        return Words.of(mode);
    }

    @Override
    public TlsMode convertToEntityAttribute(String word) {
        return Words.in(TlsMode.class).get(word);
    }
}
