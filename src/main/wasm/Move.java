import static java.util.Collections.newSetFromMap;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Moves arms of a switch into functions of their own. These take the locals that any arm touches as
/// parameters, return the one that is written most often, and leave the others in globals, beside the
/// number of the arm to go on with: 0 for the exit, others for arms that had to stay.
final class Move {
    private static final int I32 = 0x7f;
    private static final int ENOUGH = 1200;
    private static final int SELECTOR = -2;
    private static final int NEXT = -3;

    private final Binary module;
    private final Arms arms;
    private final List<Integer> locals;
    private final List<Node> targets;
    private final Node defaultTarget;
    private final TreeSet<Integer> touched = new TreeSet<>();
    private final TreeMap<Integer, Integer> written = new TreeMap<>();
    private final Map<Integer, Integer> globals = new TreeMap<>();
    private final Map<Node, Integer> stayNumbers = new IdentityHashMap<>();
    private final List<Node> stay = new ArrayList<>();
    private final Map<Integer, Integer> asParameter = new HashMap<>();
    private int returned = -1;
    private int nextArm;
    private int type;

    Move(Binary module, Arms arms, List<Integer> locals) {
        this.module = module;
        this.arms = arms;
        this.locals = locals;
        List<Node> all = arms.table().targets;
        this.targets = all.subList(0, all.size() - 1);
        this.defaultTarget = all.getLast();
    }

    void into(int function, Node root, int parameters) {
        lookAtLocals();
        for (Node each : arms.table().targets) {
            if (!arms.movable.containsKey(each) && !stayNumbers.containsKey(each)) {
                stay.add(each);
                stayNumbers.put(each, stay.size());
            }
        }
        int shift = shift();
        int step = 1 << shift;
        List<Integer> chunks = new ArrayList<>();
        for (int from = 0; from < targets.size(); from += step) {
            chunks.add(chunk(from, targets.subList(from, Math.min(targets.size(), from + step))));
        }
        int dispatcher = dispatcher(chunks, shift);
        int selector = locals.size();
        locals.add(I32);
        arms.replaceBy(call(dispatcher, selector));
        Output body = new Output().number(locals.size() - parameters);
        locals.subList(parameters, locals.size()).forEach(each -> body.number(1).put(each));
        Node.write(root.inside, new ArrayList<>(List.of(root)), body, Map.of(), Map.of());
        module.replace(function, body.put(Node.END).toBytes());
    }

    private void lookAtLocals() {
        for (List<Node> code : arms.movable.values()) {
            Node.walk(code, node -> {
                if (node.local >= 0) {
                    touched.add(node.local);
                    if (node.operation != Node.GET_LOCAL) {
                        written.merge(node.local, 1, Integer::sum);
                    }
                }
            });
        }
        written.forEach((local, times) -> {
            if (returned < 0 || times > written.get(returned)) {
                returned = local;
            }
        });
        nextArm = module.addGlobal(I32);
        for (int local : written.keySet()) {
            if (local != returned) {
                globals.put(local, module.addGlobal(locals.get(local)));
            }
        }
        int[] parameters = new int[touched.size() + 1];
        parameters[0] = I32;
        asParameter.put(SELECTOR, 0);
        for (int local : touched) {
            int parameter = asParameter.size();
            asParameter.put(local, parameter);
            parameters[parameter] = locals.get(local);
        }
        asParameter.put(NEXT, parameters.length);
        type = module.type(parameters, locals.get(returned));
    }

    /// How many arms, as a power of two, make a function of about the right size.
    private int shift() {
        long total = arms.movable.values().stream().mapToLong(Node::count).sum();
        int shift = 0;
        while (total * (2L << shift) / targets.size() <= ENOUGH) {
            shift++;
        }
        return shift;
    }

    /// A function with some of the arms.
    private int chunk(int first, List<Node> range) {
        List<Node> wanted = new ArrayList<>(range);
        wanted.add(defaultTarget);
        List<Node> own = new ArrayList<>();
        var seen = newSetFromMap(new IdentityHashMap<Node, Boolean>());
        wanted.stream().filter(seen::add).forEach(own::add);
        Map<Node, Node> label = new IdentityHashMap<>();
        own.forEach(each -> label.put(each, new Node(Node.BLOCK)));
        Node out = new Node(Node.BLOCK);
        List<Node> code = new ArrayList<>(List.of(
                Node.local(Node.GET_LOCAL, SELECTOR),
                Node.constant(first),
                Node.raw(Node.SUBTRACT, new byte[] {Node.SUBTRACT}),
                Node.branch(Node.BRANCH_TABLE, wanted.stream().map(label::get).toList())));
        for (Node arm : own) {
            Node block = label.get(arm);
            block.inside = code;
            code = new ArrayList<>(List.of(block));
            code.addAll(arms.movable.getOrDefault(arm, List.of()));
            if (stayNumbers.containsKey(arm)) {
                code.add(Node.constant(stayNumbers.get(arm)));
                code.add(Node.local(Node.SET_LOCAL, NEXT));
                code.add(Node.branch(Node.BRANCH, List.of(out)));
            }
        }
        out.inside = code;
        List<Node> body = new ArrayList<>(
                List.of(out, Node.local(Node.GET_LOCAL, NEXT), Node.of(Node.SET_GLOBAL, nextArm)));
        globals.forEach((local, global) -> {
            body.add(Node.local(Node.GET_LOCAL, local));
            body.add(Node.of(Node.SET_GLOBAL, global));
        });
        body.add(Node.local(Node.GET_LOCAL, returned));
        Output bytes = new Output().number(1).number(1).put(I32);
        Map<Node, Node> exit = new IdentityHashMap<>(Map.of(arms.exit(), out));
        Node.write(body, new ArrayList<>(List.of(new Node(-1))), bytes, exit, asParameter);
        return module.addFunction(type, bytes.put(Node.END).toBytes());
    }

    /// The function that finds the function with an arm.
    private int dispatcher(List<Integer> chunks, int shift) {
        Output out = new Output().number(0);
        chunks.forEach(each -> out.put(Node.BLOCK, Node.NOTHING));
        out.put(Node.GET_LOCAL).number(0).put(Node.CONSTANT).signed(shift).put(Node.SHIFT_RIGHT);
        out.put(Node.BRANCH_TABLE).number(chunks.size());
        for (int i = 0; i < chunks.size(); i++) {
            out.number(i);
        }
        out.number(chunks.size() - 1);
        for (int each : chunks) {
            out.put(Node.END);
            for (int parameter = 0; parameter <= touched.size(); parameter++) {
                out.put(Node.GET_LOCAL).number(parameter);
            }
            out.put(Node.CALL).number(each).put(Node.RETURN);
        }
        return module.addFunction(type, out.put(0, Node.END).toBytes());
    }

    /// What stands in the place of the switch.
    private List<Node> call(int dispatcher, int selector) {
        List<Node> code =
                new ArrayList<>(List.of(Node.local(Node.SET_LOCAL, selector), Node.local(Node.GET_LOCAL, selector)));
        touched.forEach(each -> code.add(Node.local(Node.GET_LOCAL, each)));
        code.add(Node.of(Node.CALL, dispatcher));
        code.add(Node.local(Node.SET_LOCAL, returned));
        globals.forEach((local, global) -> {
            code.add(Node.of(Node.GET_GLOBAL, global));
            code.add(Node.local(Node.SET_LOCAL, local));
        });
        code.add(Node.of(Node.GET_GLOBAL, nextArm));
        List<Node> where = new ArrayList<>(List.of(arms.exit()));
        where.addAll(stay);
        where.add(arms.exit());
        code.add(Node.branch(Node.BRANCH_TABLE, where));
        return code;
    }
}
