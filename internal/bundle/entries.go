package bundle

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"iter"
)

// Entry is a file, directory or link of a bundle.
type Entry struct {
	Name   string // path in the bundle; the name of a directory ends with a slash
	Size   int64  // size of a file in bytes
	Target string // target of a link
}

// Entries returns the entries in the order of the archive, with the current sizes of the files. It stops
// after the first error. It prints no warnings about the content of files; Pack does.
func (l *Listing) Entries(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		t, err := openTree(l.options.Root)
		if err != nil {
			yield(Entry{}, &Error{Code: PathMissing, Path: l.options.Root, Err: err})
			return
		}
		defer t.close()
		each := l.eachEntry
		if l.Prebuilt() {
			each = l.eachPrebuiltEntry
		}
		err = each(ctx, t, func(e Entry) bool { return yield(e, nil) })
		if err != nil {
			yield(Entry{}, err)
		}
	}
}

func (l *Listing) eachEntry(ctx context.Context, t *tree, yield func(Entry) bool) error {
	for _, d := range l.dirs {
		if d.packed && !yield(Entry{Name: d.path + "/"}) {
			return nil
		}
	}
	links := newHardLinks(ctx, l, t)
	for _, e := range l.entries {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		found, leftOut, err := l.entry(t, e, links)
		if err != nil || !leftOut && !yield(found) {
			return err
		}
	}
	return nil
}

func (l *Listing) entry(t *tree, e entry, links *hardLinks) (found Entry, leftOut bool, err error) {
	found = Entry{Name: join(l.dirs[e.dir].path, string(l.names.at(e.name)))}
	if n := l.notes[e.note]; n.kind == kindLink {
		found.Target = n.text
		return found, false, nil
	}
	f, err := t.openFile(l.source(e))
	if err != nil {
		return found, false, openError(l.source(e), err)
	}
	defer f.close()
	found.Size = f.size
	leftOut, err = links.leavesOut(found.Name, f.inode)
	return found, leftOut, err
}

// source returns the path of a file's content, relative to the checkout.
func (l *Listing) source(e entry) string {
	if from := l.notes[e.note].text; from != "" {
		return from
	}
	return join(l.dirs[e.dir].source, string(l.names.at(e.name)))
}

func (l *Listing) eachPrebuiltEntry(ctx context.Context, t *tree, yield func(Entry) bool) error {
	f, err := t.openFile(l.base)
	if err != nil {
		return openError(l.base, err)
	}
	defer f.close()
	gz, err := gzip.NewReader(bufio.NewReaderSize(contextReader{ctx, f}, readSize))
	if err != nil {
		return readError(l.base, err)
	}
	for tr := tar.NewReader(gz); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return readError(l.base, err)
		}
		if h.Typeflag != tar.TypeXGlobalHeader && !yield(Entry{Name: h.Name, Size: h.Size, Target: h.Linkname}) {
			return nil
		}
	}
}
