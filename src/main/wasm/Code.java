import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Reads the code of a function into nodes.
final class Code {
    private final Input in;
    private final List<Node> labels = new ArrayList<>();
    private final Deque<Node> open = new ArrayDeque<>();
    private final Deque<List<Node>> lists = new ArrayDeque<>();

    private Code(Input in) {
        this.in = in;
    }

    /// The function itself, as a node that its code is inside of.
    static Node read(Input in) {
        Node function = new Node(-1);
        new Code(in).readInto(function);
        return function;
    }

    private void readInto(Node function) {
        labels.add(function);
        lists.push(function.inside);
        while (in.hasMore()) {
            readOne();
        }
        if (!labels.isEmpty()) {
            throw new IllegalStateException("the code's blocks do not end");
        }
    }

    private void readOne() {
        int from = in.at;
        int operation = in.next();
        switch (operation) {
            case Node.BLOCK, Node.LOOP, Node.IF -> {
                Node node = new Node(operation);
                node.blockType = in.signed();
                lists.peek().add(node);
                open.push(node);
                labels.add(node);
                lists.push(node.inside);
            }
            case Node.ELSE -> {
                lists.pop();
                open.peek().otherwise = new ArrayList<>();
                lists.push(open.peek().otherwise);
            }
            case Node.END -> {
                lists.pop();
                labels.removeLast();
                if (!open.isEmpty()) {
                    open.pop();
                }
            }
            case Node.BRANCH, Node.BRANCH_IF -> lists.peek().add(Node.branch(operation, List.of(target())));
            case Node.BRANCH_TABLE -> {
                int count = in.number() + 1;
                List<Node> targets = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    targets.add(target());
                }
                lists.peek().add(Node.branch(operation, targets));
            }
            case Node.GET_LOCAL, Node.SET_LOCAL, Node.TEE_LOCAL ->
                lists.peek().add(Node.local(operation, in.number()));
            default -> {
                skipOperands(operation);
                lists.peek().add(Node.raw(operation, Node.copy(in, from)));
            }
        }
    }

    private Node target() {
        return labels.get(labels.size() - 1 - in.number());
    }

    private void skipOperands(int operation) {
        switch (operation) {
            case 0x00, 0x01, Node.RETURN, 0x1a, 0x1b, 0xd1 -> {}
            case Node.CALL, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2 -> in.skipNumbers(1);
            case 0x11 -> in.skipNumbers(2);
            case 0x1c -> in.skip(in.number());
            case 0x43 -> in.skip(4);
            case 0x44 -> in.skip(8);
            case 0xfc -> skipLongOperands(in.number());
            default -> {
                if (operation >= 0x28 && operation <= 0x3e) {
                    in.skipNumbers(2);
                } else if (operation < 0x45 || operation > 0xc4) {
                    throw new IllegalStateException("unknown operation 0x" + Integer.toHexString(operation));
                }
            }
        }
    }

    private void skipLongOperands(int operation) {
        switch (operation) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> {}
            case 8, 10, 12, 14 -> in.skipNumbers(2);
            case 9, 11, 13, 15, 16, 17 -> in.skipNumbers(1);
            default -> throw new IllegalStateException("unknown operation 0xfc " + operation);
        }
    }
}
