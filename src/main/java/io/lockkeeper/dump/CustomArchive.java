package io.lockkeeper.dump;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads along what `pg_dump --format=custom --compress=0` writes to a pipe: what it holds, and whether
/// it is whole. The format has no mark at its end; whole is what has data for every entry that announced
/// some, and then nothing more.
///
/// `toc` and `progress` may be asked from other threads.
public final class CustomArchive implements Intake<DumpContent> {
    private final Level level;
    private final ColumnOrders orders;
    private final TocReader head = new TocReader(TocReader.Format.CUSTOM);
    private volatile @Nullable ArchiveToc toc;
    private volatile @Nullable Contents contents;
    private @Nullable ArchiveBlocks blocks;

    public CustomArchive(Level level) {
        this(level, ColumnOrders.asDumped());
    }

    public CustomArchive(Level level, ColumnOrders orders) {
        this.level = level;
        this.orders = orders;
    }

    @Override
    public void accept(byte[] buffer, int offset, int length) {
        int read = 0;
        if (blocks == null) {
            read = head.accept(buffer, offset, length);
            if (head.isComplete()) {
                toc = head.complete();
                contents = new Contents(level, orders, toc);
                blocks = new ArchiveBlocks(contents, head.again());
            }
        }
        if (read < length) {
            blocks.accept(buffer, offset + read, length - read);
        }
    }

    @Override
    public DumpContent complete() {
        head.complete();
        return blocks.complete();
    }

    /// What the dump will hold; there before any data.
    public Optional<ArchiveToc> toc() {
        return Optional.ofNullable(toc);
    }

    Progress progress() {
        Contents known = contents;
        return known == null ? new Progress(0, Map.of(), 0) : known.progress();
    }
}
