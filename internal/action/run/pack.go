package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/units"
)

// list lists the files to upload and returns an error if path cannot be packed.
func (r *command) list(ctx context.Context) (*bundle.Listing, error) {
	o := bundle.Options{Root: r.Job.Root(), Path: r.in.Path, Temp: r.Job.TempDirs(), Warn: func(s string) { r.Job.Warnf("%s", s) }}
	if r.Job.Debugging() {
		o.Debug = func(s string) { r.Job.Debugf("%s", s) }
	}
	l, err := bundle.List(ctx, o)
	if err != nil {
		return nil, err
	}
	if !l.Prebuilt() {
		r.facts.directory = l.Path()
	}
	r.logLinkedFiles(l)
	return l, nil
}

// maxLoggedLinks is the maximum number of links that are logged.
const maxLoggedLinks = 100

// logLinkedFiles logs the files outside `path` that links add to the archive.
func (r *command) logLinkedFiles(l *bundle.Listing) {
	linked := l.LinkedContent()
	if len(linked) == 0 {
		return
	}
	total := 0
	for _, b := range linked {
		total += b.Files
	}
	defer r.Job.Group(fmt.Sprintf("Links bring in %s from outside %q", files(total), l.Path()))()
	for _, b := range linked[:min(len(linked), maxLoggedLinks)] {
		r.Job.Infof("%q -> %q (%s)", b.Link, b.Target, files(b.Files))
	}
	if more := len(linked) - maxLoggedLinks; more > 0 {
		r.Job.Infof("and %d more; mode: check lists every file", more)
	}
}

// pathCheckTime is the time limit for checking path when other inputs are invalid.
const pathCheckTime = 20 * time.Second

// withPathProblem adds a problem with path to the problems with other inputs, so that the step reports all of them
// together.
func withPathProblem(ctx context.Context, s *step.Step, in inputs.Run, err error) error {
	var bad inputs.Problems
	packs := in.Mode == inputs.ModeRun || in.Mode == inputs.ModeCheck
	if !packs || !errors.As(err, &bad) || slices.ContainsFunc(bad, func(p inputs.Problem) bool { return p.Input == "path" }) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, pathCheckTime)
	defer cancel()
	_, listErr := bundle.List(ctx, bundle.Options{Root: s.Job.Root(), Path: in.Path})
	var why *bundle.Error
	if errors.As(listErr, &why) {
		bad = append(bad, inputs.Problem{Input: "path", Text: why.Error() + ". " + step.Advice(step.Code(why.Code))})
	}
	return bad
}

// packing is an archive that is packed in the background.
type packing struct {
	cancel  context.CancelFunc
	done    chan struct{}
	archive *bundle.Archive
	err     error
}

func (r *command) pack(ctx context.Context, l *bundle.Listing) *packing {
	ctx, cancel := context.WithCancel(ctx)
	p := &packing{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.archive, p.err = l.Pack(ctx)
	}()
	return p
}

// wait returns the archive after it has been packed.
func (p *packing) wait(ctx context.Context) (*bundle.Archive, error) {
	select {
	case <-p.done:
		return p.archive, p.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// close cancels the packing and removes the archive.
func (p *packing) close() {
	p.cancel()
	<-p.done
	if p.archive != nil {
		p.archive.Close()
	}
}

// largeArchive is the archive size, in bytes, above which a warning names the largest parts: servers limit the size,
// and so large an archive is rarely intended.
const largeArchive = 50 << 20

// recordArchive records the archive, sets its outputs and logs its size.
func (r *command) recordArchive(a *bundle.Archive) {
	if r.facts.archive != nil {
		return
	}
	r.facts.archive = a
	r.out.Set("bundle-sha256", a.SHA256)
	r.out.Set("bundle-bytes", fmt.Sprint(a.Compressed))
	r.out.Set("bundle-files", fmt.Sprint(a.Files))
	r.Job.Infof("Packed %s, %s into %s, sha256 %s, in %s", files(a.Files), units.Size(a.Bytes), units.Size(a.Compressed), a.SHA256, units.Duration(a.Took))
	r.warnOfSize(a)
}

func (r *command) warnOfSize(a *bundle.Archive) {
	if a.Compressed > largeArchive {
		r.Job.Warnf("The archive is large: %s. The largest: %s. List what Terraform does not need in .terraformignore.", units.Size(a.Compressed), largest(a))
	}
}

func largest(a *bundle.Archive) string {
	var names []string
	biggest := a.Largest()
	for _, s := range append(biggest.Dirs, biggest.Files...) {
		names = append(names, fmt.Sprintf("%q (%s)", s.Name, units.Size(s.Bytes)))
	}
	return strings.Join(names, ", ")
}

func files(n int) string { return units.Count(n, "file", "files") }
