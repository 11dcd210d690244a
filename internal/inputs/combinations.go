package inputs

import "strings"

// combinations checks combinations of inputs. It reads raw values where an invalid value would cause
// a second problem.
func (r *reader) combinations(in Run) {
	if in.Mode == "" {
		return
	}
	r.forkHead(in)
	if in.Mode.NeedsRunID() {
		unused := []string{"path", "auto-apply", "save-plan", "refresh", "refresh-only", "targets", "replace",
			"variables", "sensitive-variables", "environment-variables", "sensitive-environment-variables", "wait-for-lock"}
		if !in.Mode.ContinuesRun() {
			unused = append(unused, "destroy")
		}
		r.unused("mode: "+string(in.Mode)+" acts on a run that exists", unused...)
	} else {
		r.applying(in)
		r.planning(in)
		r.waitingForLock(in)
	}
	r.gates(in)
	if in.Mode == ModeWatch && !in.Wait && r.is("wait", "false") {
		r.badf("wait", `is "false", but mode: watch only waits. Set wait: true, or remove it`)
	}
	if in.Mode == ModeCheck && in.RunID != "" {
		r.warnf("run-id has no effect, since mode: check acts on no run.")
	}
}

// forkHead refuses to run the code of a fork with the secrets of this repository.
func (r *reader) forkHead(in Run) {
	switch in.Mode {
	case ModeWatch, ModeDiscard, ModeCancel: // These do not execute the code.
		return
	}
	o := r.src.Origin
	switch {
	case !o.ForkHead || in.AllowPullRequestTarget:
	case o.HeadUnknown && strings.HasPrefix(o.Event, "deployment"):
		r.badf("allow-pull-request-target", "is not true, but the event %s gives this job your secrets and is about a commit that may be in a fork: "+
			"a plan executes its code. Create the deployment with the name of a branch or tag as its ref, or let the workflow check the commit "+
			"and set allow-pull-request-target: true", o.Event)
	case o.HeadUnknown:
		r.badf("allow-pull-request-target", "is not true, but the event %s gives this job your secrets and does not say whether the head of the "+
			"pull request is in a fork: a plan executes its code. Use the event pull_request, or let the workflow look up the pull request, continue "+
			"only if its head is in this repository, check out that commit by its SHA, and set allow-pull-request-target: true", o.Event)
	default:
		r.badf("allow-pull-request-target", "is not true, but this is %s with the head of a fork: "+
			"a plan executes the code of the pull request, with access to your secrets. Use the event pull_request, or, if the "+
			"code is reviewed before each run, write allow-pull-request-target: true", o.Event)
	}
}

// applying checks the inputs for the apply.
func (r *reader) applying(in Run) {
	if in.Dry && in.AutoApply != nil && *in.AutoApply {
		r.badf("auto-apply", `is "true" but dry-run is "true" too, and a dry run never applies. Set dry-run: false to apply, or remove auto-apply`)
	}
	if in.SavePlan && in.Dry {
		r.badf("save-plan", `is "true" but dry-run is "true" too, and a dry run has no plan to apply later. Set dry-run: false, or remove save-plan`)
	}
	if in.SavePlan && in.AutoApply != nil && *in.AutoApply {
		r.badf("save-plan", `is "true" but auto-apply is "true" too, and a saved plan waits to be applied. Set save-plan: false, or remove auto-apply`)
	}
}

// waitingForLock refuses a wait that exceeds the step's timeout.
func (r *reader) waitingForLock(in Run) {
	if in.WaitForLock == 0 {
		return
	}
	if in.Timeout > 0 && in.WaitForLock > in.Timeout {
		r.badf("wait-for-lock", "is longer than timeout, which is for the whole step: %s and %s. Write a longer timeout, or at most wait-for-lock: %s",
			r.quote(r.value("wait-for-lock")), r.quote(r.value("timeout")), shortDuration(in.Timeout))
	}
	if in.Dry {
		r.notef("wait-for-lock has no effect, since a dry run does not need the workspace's lock.")
	}
}

// planning refuses combinations that Terraform refuses, before a run is created.
func (r *reader) planning(in Run) {
	if in.RefreshOnly && in.Destroy {
		r.badf("refresh-only", `is "true" but destroy is "true" too, and a run does one or the other. Set refresh-only: false, or destroy: false`)
	}
	if in.RefreshOnly && r.is("refresh", "false") {
		r.badf("refresh-only", `is "true" but refresh is "false", so there would be nothing to do. Set refresh: true, or remove it`)
	}
	if len(in.Replace) > 0 && (in.RefreshOnly || in.Destroy) {
		r.badf("replace", "is set (%s), but Terraform replaces nothing with destroy: true or refresh-only: true. "+
			"Remove replace, or set destroy: false and refresh-only: false", r.quote(in.Replace[0]))
	}
}

// gates refuses gates that can never match, since users rely on them.
func (r *reader) gates(in Run) {
	if in.FailOn.Any() && r.is("wait", "false") {
		r.badf("fail-on", "is set (%s), but with wait: false the plan is not checked. Set wait: true, or remove fail-on",
			r.quote(strings.Join(strings.Fields(r.value("fail-on")), " ")))
	}
	if r.value("max-cost-increase") != "" && !in.FailOn.CostIncrease {
		r.badf("max-cost-increase", "is set (%s), but fail-on does not contain cost-increase, so that it has no effect. "+
			"Set fail-on: cost-increase, or remove max-cost-increase", r.quote(r.value("max-cost-increase")))
	}
}

// is reports whether a boolean input has exactly this value.
func (r *reader) is(name, value string) bool {
	return strings.EqualFold(r.value(name), value)
}

// unused warns about inputs that have no effect, for the reason why.
func (r *reader) unused(why string, names ...string) {
	var given []string
	for _, name := range names {
		if r.changed(name) {
			given = append(given, name)
		}
	}
	if len(given) > 0 {
		verb := "has"
		if len(given) > 1 {
			verb = "have"
		}
		r.warnf("%s; %s %s no effect.", why, strings.Join(given, ", "), verb)
	}
}
