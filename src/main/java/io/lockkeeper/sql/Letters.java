package io.lockkeeper.sql;

/// Which characters names are made of, as PostgreSQL's scanner has it.
final class Letters {
    private Letters() {}

    static boolean beginsName(char each) {
        return each >= 'a' && each <= 'z' || each >= 'A' && each <= 'Z' || each == '_' || each >= 0x80;
    }

    static boolean isDigit(char each) {
        return each >= '0' && each <= '9';
    }

    /// Whether this word stands at this place, in small letters or capitals. No letter but ASCII's is folded.
    static boolean areThere(String text, int at, String lowerCase) {
        for (int i = 0; i < lowerCase.length(); i++) {
            char each = text.charAt(at + i);
            if ((each >= 'A' && each <= 'Z' ? each + 32 : each) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
