package io.lockkeeper.depot;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A directory, of this machine or mounted here. Folders are written beside their place (`<folder>.partial`)
/// and renamed when everything in them is on the disk.
final class DirectoryShelf implements Shelf {
    static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path root;
    private final DirectoryFailures failures;

    DirectoryShelf(String depot, Path root) {
        this.root = root;
        this.failures = new DirectoryFailures(depot, root);
    }

    @Override
    public Draft draft(String folder) {
        look();
        Path place = root.resolve(folder);
        if (isWhole(folder)) {
            throw failures.taken(folder);
        }
        return failures.guard("create the folder " + folder, () -> {
            Files.createDirectories(place.getParent(), OWNER_ONLY);
            Path draft = partial(folder);
            try {
                Files.createDirectory(draft, OWNER_ONLY);
            } catch (FileAlreadyExistsException unfinished) {
                throw new DepotFailure.Taken(failures.depot(), folder, "an unfinished artifact, to be swept first,");
            }
            return new DirectoryDraft(root, folder, draft, failures);
        });
    }

    @Override
    public boolean isWhole(String folder) {
        return Files.isRegularFile(root.resolve(folder).resolve(Names.MANIFEST), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public InputStream open(String folder, String file) {
        Path path = root.resolve(folder).resolve(file);
        try {
            return new DirectoryInput(Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS), failures, folder, file);
        } catch (NoSuchFileException gone) {
            look();
            throw failures.missing(folder, file);
        } catch (IOException e) {
            throw failures.of("read " + folder + "/" + file, e);
        }
    }

    @Override
    public Map<String, Long> sizes(String folder) {
        look();
        Path place = root.resolve(folder);
        return failures.guard("list the folder " + folder, () -> {
            Map<String, Long> sizes = new TreeMap<>();
            if (Files.isDirectory(place)) {
                try (Stream<Path> files = Files.walk(place)) {
                    for (Path file : files.filter(Files::isRegularFile).toList()) {
                        sizes.put(place.relativize(file).toString().replace(File.separatorChar, '/'), Files.size(file));
                    }
                }
            }
            return sizes;
        });
    }

    @Override
    public void delete(String folder) {
        look();
        failures.guard("delete the folder " + folder, () -> {
            Path place = root.resolve(folder);
            if (Files.deleteIfExists(place.resolve(Names.MANIFEST))) {
                sync(place);
            }
            removeTree(place);
            return null;
        });
    }

    @Override
    public boolean sweep(String folder) {
        look();
        return failures.guard("sweep the folder " + folder, () -> {
            boolean removed = removeTree(partial(folder));
            return isWhole(folder) ? removed : removeTree(root.resolve(folder)) | removed;
        });
    }

    @Override
    public void look() {
        if (!Files.isDirectory(root)) {
            throw new DepotFailure.Unavailable(failures.depot(), "its directory " + root + " is not there.", null);
        }
        if (!Files.isReadable(root) || !Files.isWritable(root)) {
            throw new DepotFailure.Denied(
                    failures.depot(), "its directory " + root + " cannot be read and written.", null);
        }
    }

    @Override
    public OptionalLong freeBytes() {
        return failures.guard(
                "ask for free space",
                () -> OptionalLong.of(Files.getFileStore(root).getUsableSpace()));
    }

    private Path partial(String folder) {
        return root.resolve(folder + Names.PARTIAL);
    }

    /// What others remove at the same time is fine.
    static boolean removeTree(Path tree) throws IOException {
        if (Files.notExists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(tree)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
        return true;
    }

    /// Directories too forget what they were told, unless they are asked to write it down.
    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Not a channel: those close themselves when their thread is interrupted.
    static FileOutputStream create(Path file) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return new FileOutputStream(file.toFile());
    }

    @Override
    public void close() {}
}
