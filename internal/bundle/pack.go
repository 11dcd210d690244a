package bundle

import (
	"context"
	"encoding/hex"
	"runtime"
	"time"
)

// manyFiles is the number of files above which concurrency pays off from the start.
const manyFiles = 100

// Pack writes the archive. Its bytes depend only on the names, contents and execute bits of the listed files.
// After an error, Pack leaves no file behind.
func (l *Listing) Pack(ctx context.Context) (*Archive, error) {
	return l.pack(ctx, l.parallelism())
}

// parallelism is the concurrency of packing. It does not change the archive.
type parallelism struct {
	readers int // goroutines that read files ahead of the packer
	workers int // goroutines that compress
	inline  int // blocks that the packer compresses itself before it starts the workers
}

// parallelism uses all processors from the start if the listing has many files.
func (l *Listing) parallelism() parallelism {
	n := runtime.GOMAXPROCS(0)
	if l.files > manyFiles {
		return parallelism{readers: n, workers: n}
	}
	return parallelism{workers: n, inline: 3}
}

func (l *Listing) pack(ctx context.Context, par parallelism) (*Archive, error) {
	start := time.Now()
	t, err := openTree(l.options.Root)
	if err != nil {
		return nil, &Error{Code: PathMissing, Path: l.options.Root, Err: err}
	}
	defer t.close()
	a := newArchive(l.options)
	if l.Prebuilt() {
		err = l.copyPrebuilt(ctx, t, a)
	} else {
		err = l.packDirectory(ctx, t, par, a)
	}
	if err != nil {
		a.Close()
		return nil, err
	}
	a.Compressed, a.SHA256, a.Took = a.sink.size, hex.EncodeToString(a.sum.Sum(nil)), time.Since(start)
	return a, nil
}

func (l *Listing) packDirectory(ctx context.Context, t *tree, par parallelism, a *Archive) error {
	reading := l.readAhead(ctx, t, par.readers)
	defer reading.close()
	p := &packer{l: l, tree: t, gz: newGzipWriter(a.sink, a.sum, par.workers, par.inline), a: a, hardLinks: newHardLinks(ctx, l, t)}
	a.Files, a.dirs, a.dirBytes = l.files, l.dirs, make([]int64, len(l.dirs))
	if err := p.run(ctx, reading); err != nil {
		if failed := p.gz.abort(); failed != nil {
			return failed // the cause of err
		}
		return err
	}
	if err := p.gz.Close(); err != nil {
		return err
	}
	p.hardLinks.warn(l.options.Warn)
	p.inspector.warn(l.options.Warn)
	p.inspector.warnMissing(l, l.options.Warn)
	return nil
}
