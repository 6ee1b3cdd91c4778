package io.lockkeeper.http;

import java.util.ArrayList;
import java.util.List;

/// All that is wrong with one request, gathered before anything is refused, so that a caller mends it in one go. Not
/// for use by several threads.
public final class Faults {
    private static final int MOST = 100;

    private final List<Fault> found = new ArrayList<>();

    public void add(String pointer, String detail) {
        if (found.size() < MOST) {
            found.add(new Fault(pointer, detail));
        }
    }

    public boolean any() {
        return !found.isEmpty();
    }

    public int count() {
        return found.size();
    }

    public List<Fault> list() {
        return List.copyOf(found);
    }

    public void refuseIfAny() {
        if (any()) {
            throw new Refused(Problem.invalid(list()));
        }
    }
}
