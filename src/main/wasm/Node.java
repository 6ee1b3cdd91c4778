import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// An instruction, with those inside of it. Branches name the blocks that they lead to, not how far out
/// these are, so that code can be moved.
final class Node {
    static final int BLOCK = 0x02;
    static final int LOOP = 0x03;
    static final int IF = 0x04;
    static final int BRANCH = 0x0c;
    static final int BRANCH_IF = 0x0d;
    static final int BRANCH_TABLE = 0x0e;
    static final int RETURN = 0x0f;
    static final int CALL = 0x10;
    static final int GET_LOCAL = 0x20;
    static final int SET_LOCAL = 0x21;
    static final int TEE_LOCAL = 0x22;
    static final int GET_GLOBAL = 0x23;
    static final int SET_GLOBAL = 0x24;
    static final int CONSTANT = 0x41;
    static final int SUBTRACT = 0x6b;
    static final int SHIFT_RIGHT = 0x76;
    static final int ELSE = 0x05;
    static final int END = 0x0b;
    static final int NOTHING = 0x40;
    private static final int UNREACHABLE = 0x00;

    final int operation;
    long blockType = -64;
    List<Node> inside = new ArrayList<>();
    List<Node> otherwise;
    List<Node> targets;
    int local = -1;
    private byte[] bytes;

    Node(int operation) {
        this.operation = operation;
    }

    static Node raw(int operation, byte[] bytes) {
        Node node = new Node(operation);
        node.bytes = bytes;
        return node;
    }

    static Node of(int operation, int operand) {
        return raw(operation, new Output().put(operation).number(operand).toBytes());
    }

    static Node constant(int value) {
        return raw(CONSTANT, new Output().put(CONSTANT).signed(value).toBytes());
    }

    static Node local(int operation, int local) {
        Node node = new Node(operation);
        node.local = local;
        return node;
    }

    static Node branch(int operation, List<Node> targets) {
        Node node = new Node(operation);
        node.targets = targets;
        return node;
    }

    boolean nests() {
        return operation == BLOCK || operation == LOOP || operation == IF;
    }

    /// A block that takes nothing and leaves nothing.
    boolean isPlainBlock() {
        return operation == BLOCK && blockType == -64;
    }

    static void walk(List<Node> all, Consumer<Node> each) {
        for (Node node : all) {
            each.accept(node);
            if (node.nests()) {
                walk(node.inside, each);
                if (node.otherwise != null) {
                    walk(node.otherwise, each);
                }
            }
        }
    }

    static int count(List<Node> all) {
        int[] count = {0};
        walk(all, each -> count[0]++);
        return count[0];
    }

    /// Whether what follows these is never reached.
    static boolean neverFallThrough(List<Node> all) {
        if (all.isEmpty()) {
            return false;
        }
        int last = all.getLast().operation;
        return last == BRANCH || last == BRANCH_TABLE || last == RETURN || last == UNREACHABLE;
    }

    /// Writes code.
    ///
    /// @param around  the blocks around it, the innermost last
    /// @param instead where branches lead in place of some blocks
    /// @param locals  the numbers of locals in place of some
    static void write(
            List<Node> all, List<Node> around, Output out, Map<Node, Node> instead, Map<Integer, Integer> locals) {
        for (Node node : all) {
            if (node.nests()) {
                out.put(node.operation).signed(node.blockType);
                around.add(node);
                write(node.inside, around, out, instead, locals);
                if (node.otherwise != null) {
                    out.put(ELSE);
                    write(node.otherwise, around, out, instead, locals);
                }
                around.removeLast();
                out.put(END);
            } else if (node.targets != null) {
                out.put(node.operation);
                if (node.operation == BRANCH_TABLE) {
                    out.number(node.targets.size() - 1);
                }
                node.targets.forEach(target -> out.number(distance(around, instead.getOrDefault(target, target))));
            } else if (node.local != -1) {
                out.put(node.operation).number(locals.getOrDefault(node.local, node.local));
            } else {
                out.raw(node.bytes);
            }
        }
    }

    private static int distance(List<Node> around, Node target) {
        for (int i = around.size() - 1; i >= 0; i--) {
            if (around.get(i) == target) {
                return around.size() - 1 - i;
            }
        }
        throw new IllegalStateException("a branch leads out of what was moved");
    }

    static byte[] copy(Input code, int from) {
        return Arrays.copyOfRange(code.bytes, from, code.at);
    }
}
