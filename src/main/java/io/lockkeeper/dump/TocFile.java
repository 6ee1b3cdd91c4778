package io.lockkeeper.dump;

/// A `toc.dat`: head and table of contents, and nothing else.
final class TocFile implements Intake<ArchiveToc> {
    private final TocReader reader = new TocReader(TocReader.Format.DIRECTORY);

    @Override
    public void accept(byte[] buffer, int offset, int length) {
        if (reader.accept(buffer, offset, length) < length) {
            throw DumpFailure.damaged("Something follows the table of contents.");
        }
    }

    @Override
    public ArchiveToc complete() {
        return reader.complete();
    }
}
