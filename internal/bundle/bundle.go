// Package bundle packs a Terraform directory into a reproducible archive.
//
// The package guarantees:
//   - It opens no file outside the checkout. It resolves links itself; the kernel never follows one.
//   - A name comes from the repository and may contain any byte: it is printed only with %q.
//   - The archive does not depend on times, owners, the umask, the location or the number of processors.
//   - An archive is complete, or Pack returns an error.
package bundle

import "context"

// Options configures List and Pack, which call Warn and Debug in the caller's goroutine.
type Options struct {
	Root  string       // the checkout; no file outside it is read
	Path  string       // user input: relative to Root, or absolute and inside Root; empty means Root
	Temp  []string     // directories for the temporary file, tried in order; an archive of up to 8 MiB can be packed without one
	Warn  func(string) // called with each warning, names quoted; may be nil
	Debug func(string) // called for each entry, and for each excluded path with the rule; may be nil
}

// List determines the content of the bundle at o.Path. It does not read the files, except a prebuilt archive,
// which it reads and checks completely. The error consists of one or more joined *Error.
func List(ctx context.Context, o Options) (*Listing, error) {
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
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
		list = l.checkPrebuilt
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
	return l.validate()
}

// validate rejects a bundle with which no run can succeed.
func (l *Listing) validate() error {
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
