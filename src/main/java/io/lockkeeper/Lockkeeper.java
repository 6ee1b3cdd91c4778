package io.lockkeeper;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

@QuarkusMain
public class Lockkeeper {
    public static void main(String[] args) {
        Quarkus.run(args);
    }
}
