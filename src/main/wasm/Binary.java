import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A WebAssembly module whose functions can be replaced, and that takes more types, functions and globals.
final class Binary {
    private record Section(int id, int from, int to) {}

    record Signature(int[] parameters, int[] results) {}

    private static final int TYPES = 1;
    private static final int IMPORTS = 2;
    private static final int FUNCTIONS = 3;
    private static final int GLOBALS = 6;
    private static final int CODE = 10;
    private static final int IMPORTED_FUNCTION = 0;
    private static final int IMPORTED_GLOBAL = 3;

    private final byte[] bytes;
    private final List<Section> sections = new ArrayList<>();
    private final List<byte[]> types = new ArrayList<>();
    private final List<Signature> signatures = new ArrayList<>();
    private final List<Integer> functionTypes = new ArrayList<>();
    private final List<Integer> newGlobals = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();
    private int importedFunctions;
    private int importedGlobals;
    private int globals;
    private int originals;

    Binary(byte[] bytes) {
        this.bytes = bytes;
        Input in = new Input(bytes, 8, bytes.length);
        while (in.hasMore()) {
            int id = in.next();
            int length = in.number();
            sections.add(new Section(id, in.at, in.at + length));
            in.skip(length);
        }
        sections.forEach(each -> read(each.id, new Input(bytes, each.from, each.to)));
        originals = bodies.size();
    }

    /// How many functions it has of its own, before any was added.
    int functions() {
        return originals;
    }

    /// The number by which calls name it.
    int number(int function) {
        return importedFunctions + function;
    }

    byte[] body(int function) {
        return bodies.get(function);
    }

    Signature signature(int function) {
        return signatures.get(functionTypes.get(function));
    }

    void replace(int function, byte[] body) {
        bodies.set(function, body);
    }

    /// @return the number by which calls name it
    int addFunction(int type, byte[] body) {
        functionTypes.add(type);
        bodies.add(body);
        return importedFunctions + bodies.size() - 1;
    }

    int addGlobal(int valueType) {
        newGlobals.add(valueType);
        return importedGlobals + globals + newGlobals.size() - 1;
    }

    int type(int[] parameters, int result) {
        byte[] type = new Output().put(0x60).number(parameters.length).put(parameters).number(1).put(result).toBytes();
        for (int i = 0; i < types.size(); i++) {
            if (Arrays.equals(types.get(i), type)) {
                return i;
            }
        }
        types.add(type);
        signatures.add(new Signature(parameters, new int[] {result}));
        return types.size() - 1;
    }

    byte[] toBytes() {
        Output out = new Output().raw(bytes, 0, 8);
        for (Section each : sections) {
            byte[] content = content(each);
            out.put(each.id).number(content.length).raw(content);
        }
        return out.toBytes();
    }

    private void read(int section, Input in) {
        if (section != TYPES && section != IMPORTS && section != FUNCTIONS && section != GLOBALS && section != CODE) {
            return;
        }
        int count = in.number();
        globals = section == GLOBALS ? count : globals;
        for (int i = 0; i < count && section != GLOBALS; i++) {
            switch (section) {
                case TYPES -> readType(in);
                case IMPORTS -> readImport(in);
                case FUNCTIONS -> functionTypes.add(in.number());
                default -> {
                    int length = in.number();
                    bodies.add(Arrays.copyOfRange(bytes, in.at, in.at + length));
                    in.skip(length);
                }
            }
        }
    }

    private void readType(Input in) {
        int from = in.at;
        if (in.next() != 0x60) {
            throw new IllegalStateException("a type that is no function's");
        }
        signatures.add(new Signature(in.numbers(in.number()), in.numbers(in.number())));
        types.add(Arrays.copyOfRange(bytes, from, in.at));
    }

    private void readImport(Input in) {
        in.skip(in.number());
        in.skip(in.number());
        switch (in.next()) {
            case IMPORTED_FUNCTION -> {
                in.number();
                importedFunctions++;
            }
            case IMPORTED_GLOBAL -> {
                in.skip(2);
                importedGlobals++;
            }
            default -> throw new IllegalStateException("an import that is neither function nor global");
        }
    }

    private byte[] content(Section section) {
        Output out = new Output();
        switch (section.id) {
            case TYPES -> {
                out.number(types.size());
                types.forEach(out::raw);
            }
            case FUNCTIONS -> {
                out.number(functionTypes.size());
                functionTypes.forEach(out::number);
            }
            case GLOBALS -> {
                Input in = new Input(bytes, section.from, section.to);
                out.number(in.number() + newGlobals.size()).raw(bytes, in.at, section.to);
                newGlobals.forEach(type -> zero(out, type));
            }
            case CODE -> {
                out.number(bodies.size());
                bodies.forEach(body -> out.number(body.length).raw(body));
            }
            default -> out.raw(bytes, section.from, section.to);
        }
        return out.toBytes();
    }

    /// A variable of this type that begins with zero.
    private static void zero(Output out, int valueType) {
        out.put(valueType, 1);
        switch (valueType) {
            case 0x7f -> out.put(0x41, 0);
            case 0x7e -> out.put(0x42, 0);
            case 0x7d -> out.put(0x43, 0, 0, 0, 0);
            case 0x7c -> out.put(0x44, 0, 0, 0, 0, 0, 0, 0, 0);
            default -> throw new IllegalStateException("a local of an unknown type");
        }
        out.put(Node.END);
    }
}
