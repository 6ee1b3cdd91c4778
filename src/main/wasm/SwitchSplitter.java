import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// Lets a WebAssembly module be translated to the JVM's bytecode as a whole: the arms of giant switches are moved
/// into many small functions, because a method of the JVM ends at 64 KB. The same input gives the same output.
///
/// `java SwitchSplitter.java module.wasm split.wasm sha256-of-module`
public final class SwitchSplitter {
    private static final int TOO_LARGE = 40_000;
    private static final long STACK = 1L << 30;

    public static void main(String[] args) throws Exception {
        Throwable[] failed = {null};
        Thread deep = new Thread(null, () -> split(Path.of(args[0]), Path.of(args[1]), args[2]), "splitter", STACK);
        deep.setUncaughtExceptionHandler((thread, why) -> failed[0] = why);
        deep.start();
        deep.join();
        if (failed[0] != null) {
            throw new IllegalStateException("the module could not be split", failed[0]);
        }
    }

    private static void split(Path from, Path to, String expected) {
        try {
            if (isUpToDate(from, to)) {
                return;
            }
            byte[] bytes = Files.readAllBytes(from);
            String sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            if (!sum.equals(expected)) {
                throw new IllegalStateException("the SHA-256 of " + from + " is " + sum);
            }
            Binary module = new Binary(bytes);
            for (int function = 0; function < module.functions(); function++) {
                if (module.body(function).length > TOO_LARGE) {
                    split(module, function);
                }
            }
            Files.createDirectories(to.toAbsolutePath().getParent());
            Files.write(to, module.toBytes());
        } catch (IOException | NoSuchAlgorithmException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /// Whether the result is younger than the module and all of this program.
    private static boolean isUpToDate(Path from, Path to) throws IOException {
        if (!Files.exists(to)) {
            return false;
        }
        FileTime done = Files.getLastModifiedTime(to);
        try (Stream<Path> sources = Files.list(from.toAbsolutePath().getParent())) {
            for (Path each : sources.toList()) {
                if (Files.getLastModifiedTime(each).compareTo(done) >= 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void split(Binary module, int function) {
        Input in = new Input(module.body(function), 0, module.body(function).length);
        List<Integer> locals = new ArrayList<>();
        int[] parameters = module.signature(function).parameters();
        for (int each : parameters) {
            locals.add(each);
        }
        int groups = in.number();
        for (int i = 0; i < groups; i++) {
            int count = in.number();
            int type = in.next();
            for (int k = 0; k < count; k++) {
                locals.add(type);
            }
        }
        Node root = Code.read(in);
        Arms arms = new Arms(root);
        if (arms.movable.size() < 100) {
            throw new IllegalStateException("function " + module.number(function) + " is no switch of the known shape");
        }
        new Move(module, arms, locals).into(function, root, parameters.length);
    }
}
