// Package bundle packs a Terraform directory into a reproducible archive.
//
// Rules that every file here obeys:
//   - Nothing outside the checkout is opened. Links are followed by us, hop by hop, never by the kernel.
//   - A name comes from the repository and may hold any byte: it is printed with %q only.
//   - The same tree gives the same bytes: no time, owner, umask, place or number of processors shows in the archive.
//   - There is a whole archive or none.
package bundle

import "context"

// Options says what to pack and whom to tell about it. List and Pack call Warn and Debug in the goroutine that called them.
type Options struct {
	Root  string       // the checkout; nothing outside it is ever read
	Path  string       // as the user wrote it: relative to Root, or absolute and inside it; empty means Root
	Temp  []string     // directories for the temporary file, tried in order; archives up to 8 MiB need none
	Warn  func(string) // gets one sentence a call, names already quoted; nil drops them
	Debug func(string) // gets every entry and everything left out with its rule; nil costs nothing
}

// List finds out what a bundle of o.Path holds, without reading the files (a ready archive excepted, which is checked
// from end to end). All that can be refused without reading is refused here, as one or more joined *Error.
func List(ctx context.Context, o Options) (*Listing, error) {
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	defer limitMemory()()
	t, err := openTree(o.Root)
	if err != nil {
		return nil, &Error{Code: PathMissing, Path: o.Root, Err: err}
	}
	defer t.close()
	base, err := locate(t, o.Path)
	if err != nil {
		return nil, err
	}
	l := &Listing{options: o, base: base.path}
	list := l.listDirectory
	if base.kind == kindFile {
		list = l.checkReady
	}
	if err := list(ctx, t); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *Listing) listDirectory(ctx context.Context, t *tree) error {
	rules, err := readIgnoreFile(ctx, t, l.base, l.options.Warn)
	if err != nil {
		return err
	}
	w := newWalker(ctx, t, l, rules)
	if err := w.walk(); err != nil {
		return err
	}
	if err := l.sort(w.pulse); err != nil {
		return err
	}
	w.warn()
	if err := warnEmptySubmodules(t, w.pulse, l.base, l.options.Warn); err != nil {
		return err
	}
	return l.worthSending()
}

// worthSending refuses what Scalr could only fail on.
func (l *Listing) worthSending() error {
	if len(l.entries) == 0 {
		return &Error{Code: NothingToSend, Path: l.base}
	}
	for i := range l.entries {
		if isConfiguration(l.names.at(l.entries[i].name)) {
			return nil
		}
	}
	return &Error{Code: NoTerraform, Path: l.base}
}
