package io.lockkeeper.depot;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// `<folder>.partial`, until it is renamed.
final class DirectoryDraft implements Draft {
    private final Path root;
    private final String folder;
    private final Path draft;
    private final DirectoryFailures failures;
    private final Set<DirectoryFile> open = ConcurrentHashMap.newKeySet();
    private volatile boolean renamed;

    DirectoryDraft(Path root, String folder, Path draft, DirectoryFailures failures) {
        this.root = root;
        this.folder = folder;
        this.draft = draft;
        this.failures = failures;
    }

    @Override
    public OutputStream create(String file) {
        return failures.guard("create " + folder + "/" + file, () -> {
            Path path = draft.resolve(file);
            if (!path.getParent().equals(draft)) {
                Files.createDirectories(path.getParent(), DirectoryShelf.OWNER_ONLY);
            }
            DirectoryFile made = new DirectoryFile(file, DirectoryShelf.create(path));
            open.add(made);
            return made;
        });
    }

    @Override
    public void publish(byte[] manifest) {
        failures.guard("write the manifest of " + folder, () -> {
            try (OutputStream out = create(Names.MANIFEST)) {
                out.write(manifest);
            }
            syncAll();
            return null;
        });
        Path place = root.resolve(folder);
        if (Files.exists(place.resolve(Names.MANIFEST))) {
            throw failures.taken(folder);
        }
        failures.guard("rename " + draft.getFileName() + " to " + folder, () -> {
            Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
            renamed = true;
            for (Path above = place.getParent(); above.startsWith(root); above = above.getParent()) {
                DirectoryShelf.sync(above);
            }
            return null;
        });
    }

    private void syncAll() throws IOException {
        try (var all = Files.walk(draft)) {
            for (Path directory : all.filter(Files::isDirectory).toList()) {
                DirectoryShelf.sync(directory);
            }
        }
    }

    @Override
    public void discard() {
        open.forEach(DirectoryFile::giveUp);
        failures.guard("remove " + draft.getFileName(), () -> {
            DirectoryShelf.removeTree(draft);
            if (renamed) {
                Path place = root.resolve(folder);
                Files.deleteIfExists(place.resolve(Names.MANIFEST));
                DirectoryShelf.removeTree(place);
            }
            return null;
        });
    }

    /// On the disk when it is closed.
    private final class DirectoryFile extends OutputStream {
        private final String file;
        private final FileOutputStream out;

        DirectoryFile(String file, FileOutputStream out) {
            this.file = file;
            this.out = out;
        }

        @Override
        public void write(int oneByte) {
            write(new byte[] {(byte) oneByte}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            failures.guard("write " + folder + "/" + file, () -> {
                out.write(bytes, from, length);
                return null;
            });
        }

        @Override
        public void close() {
            if (open.remove(this)) {
                failures.guard("write " + folder + "/" + file, () -> {
                    try (out) {
                        out.getFD().sync();
                    }
                    return null;
                });
            }
        }

        private void giveUp() {
            open.remove(this);
            failures.guard("close " + folder + "/" + file, () -> {
                out.close();
                return null;
            });
        }
    }
}
