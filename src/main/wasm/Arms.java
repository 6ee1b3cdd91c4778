import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The arms of the largest switch of a function, as compilers write one: a branch table in as many blocks as
/// there are arms, and the code of each arm behind the end of its block.
final class Arms {
    private record Place(Node parent, List<Node> list, List<Node> code) {}

    private final Node function;
    private final List<Node> chain = new ArrayList<>();
    private final Map<Node, Place> places = new IdentityHashMap<>();
    private Node table;
    private Node exit;

    /// What can be moved: the block that leads to an arm, and the arm's code.
    final Map<Node, List<Node>> movable = new IdentityHashMap<>();

    Arms(Node function) {
        this.function = function;
        find(function.inside, new ArrayList<>());
        if (table != null && table.targets.size() >= 200) {
            for (int i = 0; i + 1 < chain.size(); i++) {
                place(chain.get(i), chain.get(i + 1));
            }
            exit = mostWanted();
        }
        if (exit != null && exit.isPlainBlock()) {
            findMovable();
        }
    }

    /// The branch table.
    Node table() {
        return table;
    }

    /// The block that arms leave when they are done.
    Node exit() {
        return exit;
    }

    private void find(List<Node> all, List<Node> around) {
        for (Node node : all) {
            boolean larger = node.operation == Node.BRANCH_TABLE
                    && (table == null || node.targets.size() > table.targets.size());
            if (larger) {
                table = node;
                chain.clear();
                chain.addAll(around);
            }
            if (node.nests()) {
                around.add(node);
                find(node.inside, around);
                if (node.otherwise != null) {
                    find(node.otherwise, around);
                }
                around.removeLast();
            }
        }
    }

    private void place(Node parent, Node child) {
        List<Node> list = parent.inside.contains(child) ? parent.inside : parent.otherwise;
        List<Node> after = list.subList(list.indexOf(child) + 1, list.size());
        places.put(child, new Place(parent, list, new ArrayList<>(after)));
    }

    private Node mostWanted() {
        Map<Node, Integer> counts = new IdentityHashMap<>();
        for (Place place : places.values()) {
            Set<Node> own = nodes(place.code);
            Node.walk(place.code, node -> targets(node).stream()
                    .filter(target -> !own.contains(target))
                    .forEach(target -> counts.merge(target, 1, Integer::sum)));
        }
        Node most = null;
        for (Node each : chain) {
            if (counts.containsKey(each) && (most == null || counts.get(each) > counts.get(most))) {
                most = each;
            }
        }
        return most;
    }

    private void findMovable() {
        Set<Node> led = Collections.newSetFromMap(new IdentityHashMap<>());
        led.addAll(table.targets);
        Set<Node> ledFromElsewhere = Collections.newSetFromMap(new IdentityHashMap<>());
        Node.walk(function.inside, node -> {
            if (node != table) {
                ledFromElsewhere.addAll(targets(node));
            }
        });
        for (Node block : chain.subList(chain.indexOf(exit) + 1, chain.size())) {
            Place place = places.get(block);
            boolean shaped = block.isPlainBlock()
                    && place.parent.isPlainBlock()
                    && place.list == place.parent.inside
                    && Node.neverFallThrough(place.code)
                    && Node.neverFallThrough(block.inside);
            if (shaped && led.contains(block) && !ledFromElsewhere.contains(block) && staysInside(place.code)) {
                movable.put(block, place.code);
            }
        }
    }

    private boolean staysInside(List<Node> code) {
        Set<Node> own = nodes(code);
        boolean[] stays = {true};
        Node.walk(code, node -> {
            boolean leaves = targets(node).stream().anyMatch(target -> target != exit && !own.contains(target));
            if (node.operation == Node.RETURN || leaves) {
                stays[0] = false;
            }
        });
        return stays[0];
    }

    /// Takes the movable arms out, and puts other code in the place of the table.
    void replaceBy(List<Node> code) {
        for (int i = chain.size() - 1; i > chain.indexOf(exit); i--) {
            Node block = chain.get(i);
            if (movable.containsKey(block)) {
                List<Node> list = places.get(block).list;
                list.subList(list.indexOf(block), list.size()).clear();
                list.addAll(block.inside);
            }
        }
        if (!replaceIn(function.inside, code)) {
            throw new IllegalStateException("the switch has gone");
        }
    }

    private boolean replaceIn(List<Node> all, List<Node> code) {
        int at = all.indexOf(table);
        if (at >= 0) {
            all.remove(at);
            all.addAll(at, code);
            return true;
        }
        return all.stream()
                .filter(Node::nests)
                .anyMatch(node -> replaceIn(node.inside, code)
                        || node.otherwise != null && replaceIn(node.otherwise, code));
    }

    private static List<Node> targets(Node node) {
        return node.targets == null ? List.of() : node.targets;
    }

    private static Set<Node> nodes(List<Node> code) {
        Set<Node> all = Collections.newSetFromMap(new IdentityHashMap<>());
        Node.walk(code, all::add);
        return all;
    }
}
