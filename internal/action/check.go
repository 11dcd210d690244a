package action

import (
	"context"
	"fmt"

	"scalr-run-action/internal/bundle"
)

// check looks for everything that would stop a run, and spends none. Unlike a
// run, it does not stop at the first finding.
func (r *runStory) check(ctx context.Context) (outcome, error) {
	listing, err := r.list(ctx)
	if err != nil {
		return outcome{}, err
	}
	if err := r.showListing(ctx, listing); err != nil {
		return outcome{}, err
	}
	if err := r.examine(ctx, listing); err != nil {
		return outcome{}, err
	}
	if r.client, err = r.step.client(ctx, r.in.Access, r.tell.Retrying); err != nil {
		return outcome{}, err
	}
	w, err := r.find(ctx)
	if err != nil {
		return outcome{}, err
	}
	r.at(w)
	r.showRights(w.Permissions)
	var hints []string
	for _, f := range r.obstacles(w, listing) {
		hint := f.problem + " " + f.do()
		if f.warning {
			r.job.Warnf("%s", hint)
			continue
		}
		hints = append(hints, hint)
	}
	if len(hints) > 0 {
		return outcome{result: "refused", code: codeCheckFailed, problem: fmt.Sprintf("The check found what would stop a run (%d).", len(hints)), hints: hints}, nil
	}
	r.job.Infof("Nothing was found that would stop a run.")
	return outcome{result: "checked"}, nil
}

// examine packs the bundle as a run does, for what is found only by reading files:
// it warns of all that a run would warn of.
func (r *runStory) examine(ctx context.Context, l *bundle.Listing) error {
	archive, err := l.Pack(ctx)
	if err != nil {
		return err
	}
	defer archive.Close()
	r.warnOfSize(archive)
	return nil
}

// showListing prints what would be sent. What cannot be read stops a run, too.
func (r *runStory) showListing(ctx context.Context, l *bundle.Listing) error {
	defer r.job.Group("What would be sent: " + files(l.Files()))()
	for e, err := range l.Entries(ctx) {
		if err != nil {
			return err
		}
		switch {
		case e.Target != "":
			r.job.Infof("%q -> %q", e.Name, e.Target)
		default:
			r.job.Infof("%q %s", e.Name, size(e.Size))
		}
	}
	for _, o := range l.LeftOut() {
		r.job.Infof("left out by %s: %d, such as %q", o.Rule, o.Count, o.First)
	}
	return nil
}

// showRights says what the token may do, where the service tells.
func (r *runStory) showRights(rights map[string]bool) {
	for _, right := range []struct{ name, words string }{
		{"can-queue-run", "start runs"}, {"can-queue-apply", "apply them"}, {"can-queue-destroy", "destroy"}, {"can-update", "change the workspace"},
	} {
		answer := "not told"
		if may, ok := rights[right.name]; ok {
			answer = map[bool]string{true: "yes", false: "no"}[may]
		}
		r.job.Infof("The token may %s: %s", right.words, answer)
	}
}
