package io.lockkeeper.dump;

import java.util.Map;

/// How far a dump has come.
///
/// @param bytes of data so far
/// @param finished bytes of each entry whose data is all there, by dump id
/// @param entries how many have data; 0 as long as the table of contents was not seen
record Progress(long bytes, Map<Integer, Long> finished, int entries) {
    public Progress {
        finished = Map.copyOf(finished);
    }
}
