package report

import (
	"net/url"
	"strings"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
)

// next describes the next action of the user, with a step to copy.
func (r Report) next() string {
	there := link("in Scalr", r.RunURL)
	switch r.Result {
	case result.NeedsConfirmation:
		return "**Next:** confirm or discard the run " + there +
			r.orStep(", or apply exactly this plan with a step", "confirm")
	case result.Saved:
		return "**Next:** apply exactly this plan " + there +
			r.orStep(", or with a step, say in a job that waits for a review", "confirm")
	case result.NeedsOverride:
		return "**Next:** " + r.override() + " " + there + r.orStep(", or with a step", "override")
	case result.Started, result.Overridden:
		return "**Next:** follow the run " + there + r.orStep(", or with a step", "watch")
	case result.TimedOut, result.Interrupted:
		if r.Run.ID != "" && !r.Run.Status.IsFinal() {
			return "**Next:** the run may still be running. Check it " + there + r.orStep(", or follow it with a step", "watch")
		}
	}
	return ""
}

// override names the policies to override.
func (r Report) override() string {
	var names []string
	for _, check := range r.Run.Policies {
		for _, p := range check.Policies {
			if p.Result == "soft_failed" && check.Status != scalr.TaskOverridden {
				names = append(names, code(p.Name))
			}
		}
	}
	if len(names) == 0 {
		return "override the failed policies"
	}
	if len(names) > 10 {
		names = append(names[:10], "…")
	}
	return "override " + strings.Join(names, ", ")
}

var identifier = lazyregexp.New(`^[a-z]+-[A-Za-z0-9_-]{1,64}$`)

// orStep ends a sentence with a workflow step that acts on this run, and on no other run if it continues this one. The
// only text from outside is the action's name, the ids and the host of the run, and the account that signed in, if they
// have the expected form. If the action has no name (it is used by its path, or outside of GitHub), other workflows
// cannot use it, and the sentence ends without a step.
func (r Report) orStep(words, mode string) string {
	if !identifier.MatchString(r.Run.ID) || !actionName.MatchString(r.Action) {
		return ".\n\n"
	}
	text := "- uses: " + r.Action + "\n  with:\n"
	add := func(name, value string, form *lazyregexp.Regexp) {
		if form == nil || form.MatchString(value) {
			text += "    " + name + ": " + value + "\n"
		}
	}
	if u, err := url.Parse(r.RunURL); err == nil && hostName.MatchString(u.Host) {
		add("base-url", u.Scheme+"://"+u.Host, nil)
	}
	if r.ServiceAccount == "" {
		add("token", "${{ secrets.SCALR_TOKEN }}", nil)
	}
	add("service-account", r.ServiceAccount, plainText)
	add("oidc-audience", r.Audience, plainText)
	add("mode", mode, nil)
	add("run-id", r.Run.ID, nil)
	if mode != "watch" {
		add("workspace-id", r.Workspace.ID, identifier)
		add("expected-configuration-version-id", r.Run.ConfigurationID, identifier)
		if r.Run.Destroy {
			add("destroy", "true", nil)
		}
	}
	return words + ":\n\n" + details("📋 <b>The step to paste</b>", codeBlock("yaml", text))
}

var (
	actionName = lazyregexp.New(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_./-]+@[A-Za-z0-9_./-]+$`)
	hostName   = lazyregexp.New(`^[A-Za-z0-9.-]+(?::[0-9]+)?$`)
	// plainText matches values that YAML needs no quotes for.
	plainText = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9._+@:/-]*[A-Za-z0-9/]$`)
)
