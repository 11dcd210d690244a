package step

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// TestNamesWorkflowRun checks which messages contain the address of a workflow run.
func TestNamesWorkflowRun(t *testing.T) {
	t.Parallel()
	const run = "https://github.com/acme/infra/actions/runs/12"
	for message, want := range map[string]bool{
		run:                                  true,
		"Release " + run:                     true,
		run + " is next":                     true,
		run + "/attempts/3":                  true,
		run + ", " + run + "3":               false,
		"Fix " + run + " " + run + "3":       false,
		run + " x/actions/runs/7":            false,
		run + " x/actions/runs/":             true,
		run + "3, then " + run:               true,
		run + "3 " + run + "4 " + run + "/":  true,
		run + "x":                            true,
		run + "/":                            true,
		run + ":":                            true,
		run + "0":                            false,
		run + "9":                            false,
		run + "3 and " + run + "4":           false,
		strings.TrimSuffix(run, "2"):         false,
		strings.TrimPrefix(run, "https://"):  false,
		"":                                   false,
		strings.Repeat(run+"5 ", 100) + run:  true,
		strings.Repeat(run+"5 ", 100) + "12": false,
	} {
		for _, address := range []string{run, run + "/attempts/1"} {
			if got := NamesWorkflowRun(message, address); got != want {
				t.Errorf("%s in %s: %v, want %v", address, message, got, want)
			}
		}
	}
	if NamesWorkflowRun("text", "") || NamesWorkflowRun("", "") || NamesWorkflowRun("text", "/attempts/1") {
		t.Error("a message names an unknown workflow run")
	}
}

// TestInputOfAttribute checks the input to which an error of each attribute refers.
func TestInputOfAttribute(t *testing.T) {
	t.Parallel()
	const same = "auto-apply auto-destroy-days cost-estimation-enabled default-provider-configurations environment environment-type execution-mode " +
		"iac-platform mask-sensitive-output message name policy-groups provider-configurations refresh refresh-only remote-backend save-plan tags " +
		"terraform-version variables working-directory workspace"
	want := map[string]string{
		"account": "account-id", "configuration-version": "path", "deletion-protection-enabled": "deletion-protection", "is-destroy": "destroy",
		"is-dry": "dry-run", "replace-addrs": "replace", "target-addrs": "targets", "other": "", "": "",
	}
	for _, name := range strings.Fields(same) {
		want[name] = name
	}
	for attribute, input := range want {
		for _, pointer := range []string{"/data/attributes/" + attribute, "/data/relationships/" + attribute + "/data/0"} {
			err := fmt.Errorf("create: %w", &scalr.Error{Problems: []scalr.Problem{{}, {Pointer: "/data/attributes"}, {Pointer: pointer}}})
			if got := InputOfError(err); got != input {
				t.Errorf("%s: the input %q, want %q", pointer, got, input)
			}
		}
		if got, ok := InputOf(attribute); ok != (input != "" && input != attribute) || ok && got != input {
			t.Errorf("%s: %q, %v", attribute, got, ok)
		}
	}
	two := &scalr.Error{Problems: []scalr.Problem{
		{Pointer: "/data/attributes/other"}, {Pointer: "/data/attributes/is-dry"}, {Pointer: "/data/attributes/tags"},
	}}
	if got := InputOfError(two); got != "dry-run" {
		t.Errorf("two inputs: got %q", got)
	}
	if got := InputOfError(os.ErrNotExist); got != "" {
		t.Errorf("another error: got %q", got)
	}
}

// TestProxyAndCA checks which values of the runner's variables are refused.
func TestProxyAndCA(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(file)
	const invalid = " of the runner is not the address of a proxy (the value is not shown: it may contain a password)."
	for environ, want := range map[string]string{
		"":                                              "",
		"HTTPS_PROXY=http://proxy.test:3128":            "",
		"HTTPS_PROXY=https://user:pw@proxy.test":        "",
		"HTTPS_PROXY=proxy.test:3128":                   "",
		"HTTPS_PROXY=proxy.test":                        "",
		"HTTPS_PROXY=10.0.0.1:3128":                     "",
		"HTTPS_PROXY=user:pw@proxy.test:3128":           "",
		"HTTPS_PROXY=SOCKS5://proxy.test":               "",
		"HTTPS_PROXY=socks5h://proxy.test":              "",
		"HTTPS_PROXY=socks9://proxy.test":               "HTTPS_PROXY" + invalid,
		"http_proxy=ftp://proxy.test":                   "http_proxy" + invalid,
		"HTTPS_PROXY=http://":                           "HTTPS_PROXY" + invalid,
		"HTTPS_PROXY=://proxy.test":                     "HTTPS_PROXY" + invalid,
		"HTTPS_PROXY=http://proxy.test:port":            "HTTPS_PROXY" + invalid,
		"HTTPS_PROXY=:3128":                             "HTTPS_PROXY" + invalid,
		"HTTPS_PROXY=http://:3128":                      "HTTPS_PROXY" + invalid,
		"HTTPS_PROXY=pro xy":                            "HTTPS_PROXY" + invalid,
		"https_proxy=http://":                           "https_proxy" + invalid,
		"HTTP_PROXY=http://":                            "HTTP_PROXY" + invalid,
		"http_proxy=http://":                            "http_proxy" + invalid,
		"SSL_CERT_FILE=" + file:                         "",
		"SSL_CERT_FILE=/proc/nowhere/ca.pem":            `SSL_CERT_FILE names "/proc/nowhere/ca.pem", which cannot be read in this container.`,
		"SSL_CERT_DIR=" + dir:                           "",
		"SSL_CERT_DIR=" + dir + ":/proc/nowhere":        `SSL_CERT_DIR names "/proc/nowhere", which cannot be read in this container.`,
		"SSL_CERT_DIR=" + dir + ":" + filepath.Dir(dir): "",
	} {
		err := newOutputStep(t, environ).CheckProxyAndCA()
		got := ""
		if err != nil {
			got = err.Error()
		}
		code := map[bool]Code{true: CodeProxyInvalid, false: CodeCAFileMissing}[strings.HasSuffix(got, invalid)]
		if got != want || err != nil && CodeOf(err) != code {
			t.Errorf("%s: got %q, want %q", environ, got, want)
		}
	}
}

// TestDocumentationLink checks the line with the link to the documentation of an error code.
func TestDocumentationLink(t *testing.T) {
	t.Parallel()
	const code = "\nMore about gate-hit: "
	for name, c := range map[string]struct {
		repository, ref, server string
		code                    Code
		want                    string
	}{
		"github.com": {"acme/run-action", "v1.2", "https://github.com", CodeGateHit,
			code + "https://github.com/acme/run-action/blob/v1.2/docs/errors.md#gate-hit"},
		"branch with a slash": {"acme/run-action", "x/y_z", "https://github.com", CodeGateHit,
			code + "https://github.com/acme/run-action/blob/x/y_z/docs/errors.md#gate-hit"},
		"enterprise server":     {"acme/run-action", "v1", "https://git.acme.test", CodeGateHit, code + "docs/errors.md of acme/run-action@v1"},
		"no server":             {"acme/run-action", "v1", "", CodeGateHit, code + "docs/errors.md of acme/run-action@v1"},
		"local action":          {"", "v1", "https://github.com", CodeGateHit, ""},
		"no ref":                {"acme/run-action", "", "https://github.com", CodeGateHit, ""},
		"special characters":    {"acme/run-action", "v1 2", "https://github.com", CodeGateHit, ""},
		"special in the middle": {"acme/run?action", "v1", "https://github.com", CodeGateHit, ""},
		"no code":               {"acme/run-action", "v1", "https://github.com", "", ""},
	} {
		s := newOutputStep(t, "GITHUB_ACTION_REPOSITORY="+c.repository, "GITHUB_ACTION_REF="+c.ref, "GITHUB_SERVER_URL="+c.server)
		if got := s.documentation(c.code); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestInvalidInputsOutsideGitHub checks that invalid inputs refer to environment variables only outside GitHub Actions.
func TestInvalidInputsOutsideGitHub(t *testing.T) {
	t.Parallel()
	for platform, want := range map[string]string{
		"": "\nOutside GitHub Actions, inputs are environment variables, such as INPUT_WORKSPACE_ID for workspace-id.", "true": "",
	} {
		if got := newOutputStep(t, "GITHUB_ACTIONS="+platform).documentation(CodeInputInvalid); got != want {
			t.Errorf("GITHUB_ACTIONS=%s: got %q, want %q", platform, got, want)
		}
	}
}

// TestExitCodes checks the exit code of each result.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o    Outcome
		want int
	}{
		{Outcome{Result: result.Done}, 0}, {Outcome{Result: result.Planned}, 0}, {Outcome{Result: result.Applied}, 0},
		{Outcome{Result: result.NoChanges}, 0}, {Outcome{Result: result.NeedsConfirmation}, 0}, {Outcome{Result: result.Saved}, 0},
		{Outcome{Result: result.Errored}, 1}, {Outcome{Result: result.PolicyFailed}, 1}, {Outcome{Result: result.Rejected}, 1},
		{Outcome{Result: result.Discarded}, 1}, {Outcome{Result: result.Canceled}, 1},
		{Outcome{Result: result.Discarded, Requested: true}, 0}, {Outcome{Result: result.Canceled, Requested: true}, 0},
		{Outcome{Result: result.Applied, Code: CodeTooLate}, 1}, {Outcome{Result: result.Discarded, Requested: true, Code: CodeTooLate}, 1},
		{Outcome{Result: result.Invalid}, 2}, {Outcome{Result: result.Refused}, 3}, {Outcome{Result: result.Unreachable}, 3},
		{Outcome{Result: result.NotFound}, 3}, {Outcome{}, 3}, {Outcome{Result: result.NeedsOverride}, 4}, {Outcome{Result: result.TimedOut}, 5},
		{Outcome{Result: result.Interrupted}, 130},
	} {
		if got := c.o.ExitCode(); got != c.want {
			t.Errorf("%+v: exit %d, want %d", c.o, got, c.want)
		}
	}
}

// TestOutcomesOfRuns compares the outcome of runs in each status with testdata/outcomes.txt.
func TestOutcomesOfRuns(t *testing.T) {
	t.Parallel()
	statuses := strings.Fields("pending plan_queued planning planned cost_estimated policy_override policy_checked planned_and_saved confirmed applying " +
		"post_apply_running post_apply_finished applied planned_and_finished errored discarded canceled quantum_checking")
	yes, no := true, false
	check := func(status scalr.TaskStatus, hard int, policies ...scalr.Policy) []scalr.PolicyCheck {
		return []scalr.PolicyCheck{{Status: "passed"}, {Status: status, Hard: hard, Policies: policies}}
	}
	var got strings.Builder
	for _, c := range []struct {
		name string
		run  scalr.Run
	}{
		{"dry", scalr.Run{Dry: true}},
		{"without changes", scalr.Run{Plan: &scalr.Plan{Status: "finished", HasChanges: &no}}},
		{"with changes", scalr.Run{Plan: &scalr.Plan{Status: "finished", HasChanges: &yes}}},
		{"applies", scalr.Run{AutoApply: true, Apply: &scalr.Apply{Status: "errored"}, ErrorMessage: "The disk is full..."}},
		{"queued to apply", scalr.Run{Apply: &scalr.Apply{Status: "queued"}, ErrorMessage: "no agent"}},
		{"hard failure", scalr.Run{Policies: check("hard_failed", 1,
			scalr.Policy{Name: "tags", Result: "hard_failed", Messages: []string{"no owner", "no team"}},
			scalr.Policy{Name: "cost", Result: "soft_failed"}, scalr.Policy{Name: "region", Result: "hard_failed"})}},
		{"counted hard failure", scalr.Run{Policies: check("passed", 1)}},
		{"hard failure without a count", scalr.Run{Policies: check("hard_failed", 0)}},
		{"soft failure", scalr.Run{Policies: check("soft_failed", 0, scalr.Policy{Name: "cost", Result: "soft_failed", Messages: []string{"too much"}},
			scalr.Policy{Name: "tags", Result: "passed"})}},
		{"stopped by a person", scalr.Run{Transitions: []scalr.Transition{{Status: "discarded", By: "jane@acme.io", Reason: "a freeze"},
			{Status: "canceled", By: "joe@acme.io"}}}},
	} {
		fmt.Fprintf(&got, "=== %s\n", c.name)
		for _, status := range statuses {
			run := c.run
			run.ID, run.Status = "run-1", scalr.Status(status)
			o := OutcomeOfRun(run)
			fmt.Fprintf(&got, "%s: %s %s %s\n", status, o.Result, o.Code, o.Problem)
		}
	}
	goldentest.Compare(t, filepath.Join("testdata", "outcomes.txt"), got.String())
}

// TestCorrectByPlan checks how the changes in the plan correct the result that Scalr's numbers have.
func TestCorrectByPlan(t *testing.T) {
	t.Parallel()
	final, waiting := scalr.Run{Status: "planned_and_finished"}, scalr.Run{Status: "planned"}
	refresh := func(r scalr.Run) scalr.Run { r.RefreshOnly = true; return r }
	dry := func(r scalr.Run) scalr.Run { r.Dry = true; return r }
	counted := func(changes bool) scalr.Run {
		return scalr.Run{Status: "planned_and_finished", Plan: &scalr.Plan{Status: scalr.TaskFinished, HasChanges: &changes}}
	}
	outputs, diff := tfplan.Plan{Outputs: []string{"a"}}, tfplan.Plan{OutputDiff: "+ a"}
	for name, c := range map[string]struct {
		result  result.Result
		run     scalr.Run
		plan    tfplan.Plan
		changes gate.Answer
		want    result.Result
	}{
		"no changes, none in the plan":                    {result.NoChanges, final, tfplan.Plan{}, gate.No, result.NoChanges},
		"no changes, some in the plan":                    {result.NoChanges, final, tfplan.Plan{}, gate.Yes, result.Errored},
		"no changes for Scalr, some in the plan":          {result.NoChanges, counted(false), tfplan.Plan{}, gate.Yes, result.Planned},
		"changes, some in the plan":                       {result.Planned, counted(true), tfplan.Plan{}, gate.Yes, result.Errored},
		"no changes, some in the plan of a dry run":       {result.NoChanges, dry(final), tfplan.Plan{}, gate.Yes, result.Planned},
		"no changes, unknown plan":                        {result.NoChanges, final, tfplan.Plan{}, gate.Unknown, result.NoChanges},
		"no changes, unknown drift":                       {result.NoChanges, refresh(counted(false)), tfplan.Plan{}, gate.Unknown, result.Planned},
		"no changes, no drift":                            {result.NoChanges, refresh(final), tfplan.Plan{}, gate.No, result.NoChanges},
		"no changes and waiting, none in the plan":        {result.NoChanges, waiting, tfplan.Plan{}, gate.No, result.NoChanges},
		"no changes and waiting, some in the plan":        {result.NoChanges, waiting, tfplan.Plan{}, gate.Yes, result.NeedsConfirmation},
		"no changes and waiting, unknown plan":            {result.NoChanges, waiting, tfplan.Plan{}, gate.Unknown, result.NoChanges},
		"no changes and waiting, unknown drift":           {result.NoChanges, refresh(waiting), tfplan.Plan{}, gate.Unknown, result.NeedsConfirmation},
		"no changes and waiting, no drift":                {result.NoChanges, refresh(waiting), tfplan.Plan{}, gate.No, result.NoChanges},
		"planned, none in the plan":                       {result.Planned, final, tfplan.Plan{}, gate.No, result.NoChanges},
		"planned, some in the plan":                       {result.Planned, final, tfplan.Plan{}, gate.Yes, result.Errored},
		"planned, some in the plan of a dry run":          {result.Planned, dry(final), tfplan.Plan{}, gate.Yes, result.Planned},
		"planned, unknown plan":                           {result.Planned, final, tfplan.Plan{}, gate.Unknown, result.Errored},
		"planned, unknown plan of a dry run":              {result.Planned, dry(final), tfplan.Plan{}, gate.Unknown, result.Planned},
		"needs confirmation, none in the plan":            {result.NeedsConfirmation, waiting, tfplan.Plan{}, gate.No, result.NeedsConfirmation},
		"needs confirmation, no drift":                    {result.NeedsConfirmation, refresh(waiting), tfplan.Plan{}, gate.No, result.NoChanges},
		"needs confirmation, drift":                       {result.NeedsConfirmation, refresh(waiting), tfplan.Plan{}, gate.Yes, result.NeedsConfirmation},
		"needs confirmation, unknown drift":               {result.NeedsConfirmation, refresh(waiting), tfplan.Plan{}, gate.Unknown, result.NeedsConfirmation},
		"needs confirmation, no drift but outputs":        {result.NeedsConfirmation, refresh(waiting), outputs, gate.No, result.NeedsConfirmation},
		"needs confirmation, no drift but a diff":         {result.NeedsConfirmation, refresh(waiting), diff, gate.No, result.NeedsConfirmation},
		"applied, none in the plan":                       {result.Applied, final, tfplan.Plan{}, gate.No, result.Applied},
		"errored, some in the plan of a refresh-only run": {result.Errored, refresh(final), tfplan.Plan{}, gate.Yes, result.Errored},
	} {
		got := CorrectByPlan(Outcome{Result: c.result, Problem: "kept"}, c.run, c.plan, c.changes)
		want := Outcome{Result: c.want, Problem: "kept"}
		if c.want == result.Errored && c.result != result.Errored {
			want.Code, want.Problem = CodeRunErrored, `Scalr reports the run as "planned_and_finished", but its plan has changes that were not applied.`
			if c.changes == gate.Unknown {
				want.Problem = `Scalr reports the run as "planned_and_finished", but nothing was applied, and it is unknown whether its plan has changes.`
			}
		}
		if got.Result != want.Result || got.Code != want.Code || got.Problem != want.Problem {
			t.Errorf("%s: got %s %s %q, want %s %s %q", name, got.Result, got.Code, got.Problem, want.Result, want.Code, want.Problem)
		}
	}
}

// TestOutcomesOfCompanions checks how the outcome of a run is adapted to the companion actions.
func TestOutcomesOfCompanions(t *testing.T) {
	t.Parallel()
	for code, want := range map[Code]Outcome{
		CodeEnvironmentNotFound: {Result: result.NotFound},
		CodeWorkspaceNotFound:   {Result: result.NotFound},
		CodeWorkspaceAmbiguous:  {Result: result.Refused, Hints: []string{"hint"}},
		CodeTimedOut:            {Result: result.Refused, Hints: []string{Advice(CodeNoUsableAnswer)}},
		CodeInUse:               {Result: result.Refused, Hints: []string{"hint"}, Input: "workspace"},
	} {
		if want.Code = code; want.Hints == nil {
			want.Hints = []string{"hint"}
		}
		got := Outcome{Result: result.Refused, Code: code, Hints: []string{"hint"}, Input: "workspace"}.ForCompanion()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", code, got, want)
		}
	}
}

func TestBecause(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{"freeze": ` ("freeze")`, "": ""} {
		if got := Because(reason); got != want {
			t.Errorf("%q: got %q, want %q", reason, got, want)
		}
	}
}
