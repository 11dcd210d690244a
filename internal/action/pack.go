package action

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/report"
)

// list finds out what is to be sent, and refuses what cannot be.
func (r *runStory) list(ctx context.Context) (*bundle.Listing, error) {
	o := bundle.Options{Root: r.job.Root(), Path: r.in.Path, Temp: r.job.TempDirs(), Warn: func(s string) { r.job.Warnf("%s", s) }}
	if r.job.Debugging() {
		o.Debug = func(s string) { r.job.Debugf("%s", s) }
	}
	l, err := bundle.List(ctx, o)
	if err != nil {
		return nil, err
	}
	if !l.Ready() {
		r.directory = l.Path()
	}
	r.showBrought(l)
	return l, nil
}

// broughtShown is how many links are shown with what they bring.
const broughtShown = 100

// showBrought lists what links bring into the archive from outside `path`.
func (r *runStory) showBrought(l *bundle.Listing) {
	brought := l.Brought()
	if len(brought) == 0 {
		return
	}
	total := 0
	for _, b := range brought {
		total += b.Files
	}
	defer r.job.Group(fmt.Sprintf("Links bring in %s from outside %q", files(total), l.Path()))()
	for _, b := range brought[:min(len(brought), broughtShown)] {
		r.job.Infof("%q -> %q (%s)", b.Link, b.Target, files(b.Files))
	}
	if more := len(brought) - broughtShown; more > 0 {
		r.job.Infof("and %d more links; mode: check lists every file", more)
	}
}

// inputsListing bounds how long the problems with the inputs wait for those with the path.
const inputsListing = 20 * time.Second

// andPath adds to the problems with the inputs what is wrong with the path, so
// that all is told at once.
func andPath(ctx context.Context, s *step, in inputs.Run, err error) error {
	var bad inputs.Problems
	packs := in.Mode == inputs.ModeRun || in.Mode == inputs.ModeCheck
	if !packs || !errors.As(err, &bad) || slices.ContainsFunc(bad, func(p inputs.Problem) bool { return p.Input == "path" }) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, inputsListing)
	defer cancel()
	_, listErr := bundle.List(ctx, bundle.Options{Root: s.job.Root(), Path: in.Path})
	var why *bundle.Error
	if errors.As(listErr, &why) {
		bad = append(bad, inputs.Problem{Input: "path", Text: why.Error() + ". " + adviceOn(string(why.Code))})
	}
	return bad
}

// packing is a bundle that is packed in the background.
type packing struct {
	cancel  context.CancelFunc
	done    chan struct{}
	archive *bundle.Archive
	err     error
}

func (r *runStory) pack(ctx context.Context, l *bundle.Listing) *packing {
	ctx, cancel := context.WithCancel(ctx)
	p := &packing{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.archive, p.err = l.Pack(ctx)
	}()
	return p
}

// wait gives the archive as soon as it is there.
func (p *packing) wait(ctx context.Context) (*bundle.Archive, error) {
	select {
	case <-p.done:
		return p.archive, p.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// close ends the packing and frees the archive.
func (p *packing) close() {
	p.cancel()
	<-p.done
	if p.archive != nil {
		p.archive.Close()
	}
}

// warnFrom is the size of an archive from which the biggest parts are named, in
// bytes: servers of this kind have limits, and nobody means to send that much.
const warnFrom = 50 << 20

// packed tells what the bundle came to.
func (r *runStory) packed(a *bundle.Archive) {
	if r.report.Bundle != nil {
		return
	}
	r.report.Bundle = &report.Bundle{Files: a.Files, Bytes: a.Bytes, Compressed: a.Compressed, SHA256: a.SHA256}
	r.out.set("bundle-sha256", a.SHA256)
	r.out.set("bundle-bytes", fmt.Sprint(a.Compressed))
	r.out.set("bundle-files", fmt.Sprint(a.Files))
	r.job.Infof("Packed %s, %s into %s, sha256 %s, in %s", files(a.Files), size(a.Bytes), size(a.Compressed), a.SHA256, progress.Duration(a.Took))
	r.warnOfSize(a)
}

func (r *runStory) warnOfSize(a *bundle.Archive) {
	if a.Compressed > warnFrom {
		r.job.Warnf("The bundle is large: %s. The biggest: %s. What Terraform does not need can be listed in .terraformignore.", size(a.Compressed), largest(a))
	}
}

func largest(a *bundle.Archive) string {
	var names []string
	biggest := a.Largest()
	for _, s := range append(biggest.Dirs, biggest.Files...) {
		names = append(names, fmt.Sprintf("%q (%s)", s.Name, size(s.Bytes)))
	}
	return strings.Join(names, ", ")
}

func files(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}
