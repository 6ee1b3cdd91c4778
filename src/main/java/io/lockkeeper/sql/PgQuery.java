package io.lockkeeper.sql;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import pgquery.PgQueryModule;
import run.endive.runtime.ByteArrayMemory;
import run.endive.runtime.ExportFunction;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.runtime.Memory;
import run.endive.runtime.WasmFunctionHandle;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.MemoryLimits;

/// One instance of libpg_query: PostgreSQL's parser, compiled to WebAssembly, translated to bytecode. For
/// one thread with a large stack (`STACK`), and to be thrown away after anything that it throws but `Rejected`.
/// An interrupt stops it.
final class PgQuery {
    /// Its own C stack takes 32 MB of the first pages of 64 KB.
    private static final int FIRST_PAGES = 576;

    private static final int MOST_PAGES = 3072;
    static final long STACK = 64L << 20;

    /// The grammar does not take this text.
    static final class Rejected extends Exception {
        /// In code points, from 1; 0 where the parser does not say.
        final int position;

        Rejected(String message, int position) {
            super(message, null, false, false);
            this.position = position;
        }
    }

    /// It broke.
    static final class Broken extends RuntimeException {
        Broken(String message) {
            super(message);
        }
    }

    /// C's longjmp: unwinds the stack up to the nearest `invoke_...`.
    private static final class Jump extends RuntimeException {
        private static final Jump JUMP = new Jump();

        Jump() {
            super("longjmp", null, false, false);
        }
    }

    private static final WasmModule MODULE = PgQueryModule.load();

    private final PgQueryNames names = PgQueryNames.read();
    private final Memory memory;
    private final ExportFunction allocate;
    private final ExportFunction free;
    private final ExportFunction parse;
    private final ExportFunction freeResult;
    private final ExportFunction stackPointer;
    private final ExportFunction restoreStack;
    private final ExportFunction setThrew;

    PgQuery() {
        this(MODULE, PgQueryModule::create);
    }

    /// @param machine what runs the module's code
    PgQuery(WasmModule module, Function<Instance, Machine> machine) {
        List<ImportFunction> imports = new ArrayList<>();
        module.importSection().stream().map(FunctionImport.class::cast).forEach(each -> {
            FunctionType type = (FunctionType) module.typeSection().getType(each.typeIndex());
            WasmFunctionHandle does = imported(names.imported(each.name()), type);
            imports.add(new HostFunction(each.module(), each.name(), type, does));
        });
        Instance instance = Instance.builder(module)
                .withImportValues(ImportValues.builder().withFunctions(imports).build())
                .withMemoryLimits(new MemoryLimits(FIRST_PAGES, MOST_PAGES))
                .withMemoryFactory(ByteArrayMemory::new)
                .withMachineFactory(machine)
                .build();
        memory = instance.memory();
        allocate = instance.export(names.exported("malloc"));
        free = instance.export(names.exported("free"));
        parse = instance.export(names.exported("wasm_parse_query_raw"));
        freeResult = instance.export(names.exported("wasm_free_parse_result"));
        stackPointer = instance.export(names.exported("emscripten_stack_get_current"));
        restoreStack = instance.export(names.exported("emscripten_stack_restore"));
        setThrew = instance.export(names.exported("setThrew"));
        instance.export(names.exported("wasm_call_ctors")).apply();
    }

    /// The trees of all statements in the text, as JSON. No NUL may be in it: C would stop reading there.
    String parse(String sql) throws Rejected {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        int text = (int) allocate.apply(bytes.length + 1)[0];
        if (text == 0) {
            throw new Broken("no memory for a text of " + bytes.length + " bytes");
        }
        memory.write(text, bytes);
        memory.writeByte(text + bytes.length, (byte) 0);
        int result = (int) parse.apply(text)[0];
        try {
            int error = memory.readInt(result + 8);
            if (error != 0) {
                throw new Rejected(string(memory.readInt(error)), memory.readInt(error + 16));
            }
            return string(memory.readInt(result));
        } finally {
            freeResult.apply(result);
            free.apply(text);
        }
    }

    /// Whether a large text has left it with more memory than it should keep.
    boolean hasGrown() {
        return memory.pages() > 2 * FIRST_PAGES;
    }

    private String string(int pointer) {
        return memory.readCString(pointer, StandardCharsets.UTF_8);
    }

    /// What the C library wants of its surroundings.
    private WasmFunctionHandle imported(String name, FunctionType type) {
        if (name.startsWith("invoke_")) {
            return invoke(type.returns().isEmpty());
        }
        return switch (name) {
            case "emscripten_throw_longjmp" ->
                (instance, values) -> {
                    throw Jump.JUMP;
                };
            case "emscripten_resize_heap" -> (instance, values) -> grow(instance.memory(), values[0] & 0xffffffffL);
            case "fd_write" -> (instance, values) -> swallow(instance.memory(), values);
            case "fd_close", "setitimer_js" -> (instance, values) -> new long[] {0};
            case "fd_read" ->
                (instance, values) -> {
                    instance.memory().writeI32((int) values[3], 0);
                    return new long[] {0};
                };
            case "fd_seek" -> (instance, values) -> new long[] {70}; // ESPIPE
            case "emscripten_runtime_keepalive_clear" -> (instance, values) -> null;
            case "exit", "proc_exit", "abort_js", "assert_fail" ->
                (instance, values) -> {
                    throw new Broken(name);
                };
            default -> throw new IllegalStateException("the module wants " + name);
        };
    }

    /// Calls a C function that may jump back to here.
    private WasmFunctionHandle invoke(boolean returnsNothing) {
        return (instance, values) -> {
            long before = stackPointer.apply()[0];
            try {
                int function = instance.table(0).requiredRef((int) values[0]);
                return instance.getMachine().call(function, Arrays.copyOfRange(values, 1, values.length));
            } catch (Jump jumped) {
                restoreStack.apply(before);
                setThrew.apply(1, 0);
                return returnsNothing ? null : new long[] {0};
            }
        };
    }

    private static long[] grow(Memory memory, long bytes) {
        long wanted = (bytes + Memory.PAGE_SIZE - 1) / Memory.PAGE_SIZE;
        if (wanted > MOST_PAGES) {
            return new long[] {0};
        }
        long pages = Math.min(MOST_PAGES, Math.max(wanted, memory.pages() + memory.pages() / 5));
        return new long[] {memory.grow((int) (pages - memory.pages())) < 0 ? 0 : 1};
    }

    /// What it would print.
    private static long[] swallow(Memory memory, long[] values) {
        int length = 0;
        for (int i = 0; i < values[2]; i++) {
            length += memory.readInt((int) values[1] + 8 * i + 4);
        }
        memory.writeI32((int) values[3], length);
        return new long[] {0};
    }
}
