package io.lockkeeper.postgres;

import java.util.*;
import java.util.function.*;

public final class ChildProcess {
    public static ChildProcess start(List<String> c, Consumer<String> o) {
        return null;
    }

    public void end() {}
}
