package scalr_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// TestDifferences lists for each member which responses match a request. The values are JSON; "-" omits the member.
func TestDifferences(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	addresses := []string{"a.b", `module.c["d"]`}
	for _, c := range []struct {
		request       scalr.RunRequest
		member, value string
		want          string // the difference, "" for none
	}{
		{scalr.RunRequest{Dry: true}, "is-dry", `true`, ""},
		{scalr.RunRequest{Dry: true}, "is-dry", `"true"`, ""},
		{scalr.RunRequest{Dry: true}, "is-dry", `false`, "is-dry false, not true"},
		{scalr.RunRequest{Dry: true}, "is-dry", `null`, "is-dry unreported, not true"},
		{scalr.RunRequest{Dry: true}, "is-dry", `-`, "is-dry unreported, not true"},
		{scalr.RunRequest{Dry: true}, "is-dry", `1`, "is-dry unreported, not true"},
		{scalr.RunRequest{Dry: true}, "is-dry", `"yes"`, "is-dry unreported, not true"},
		{scalr.RunRequest{Dry: true}, "is-dry", `[true]`, "is-dry unreported, not true"},
		{scalr.RunRequest{}, "is-dry", `true`, "is-dry true, not false"},
		{scalr.RunRequest{}, "is-dry", `null`, "is-dry unreported, not false"},
		{scalr.RunRequest{}, "is-destroy", `true`, "is-destroy true, not false"},
		{scalr.RunRequest{}, "is-destroy", `-`, "is-destroy unreported, not false"},
		{scalr.RunRequest{Destroy: true}, "is-destroy", `false`, "is-destroy false, not true"},
		{scalr.RunRequest{}, "refresh-only", `null`, ""},
		{scalr.RunRequest{}, "refresh-only", `false`, ""},
		{scalr.RunRequest{}, "refresh-only", `true`, "refresh-only true, not false"},
		{scalr.RunRequest{}, "refresh-only", `-`, "refresh-only unreported, not false"},
		{scalr.RunRequest{RefreshOnly: true}, "refresh-only", `null`, "refresh-only false, not true"},
		{scalr.RunRequest{}, "save-plan", `null`, ""},
		{scalr.RunRequest{}, "save-plan", `true`, "save-plan true, not false"},
		{scalr.RunRequest{SavePlan: true}, "save-plan", `null`, "save-plan false, not true"},
		{scalr.RunRequest{SavePlan: true}, "save-plan", `-`, "save-plan unreported, not true"},
		{scalr.RunRequest{}, "auto-apply", `false`, ""},
		{scalr.RunRequest{}, "auto-apply", `true`, "auto-apply true, not false"},
		{scalr.RunRequest{}, "auto-apply", `null`, "auto-apply unreported, not false"},
		{scalr.RunRequest{WorkspaceAutoApply: true}, "auto-apply", `true`, ""},
		{scalr.RunRequest{WorkspaceAutoApply: true}, "auto-apply", `false`, "auto-apply false, not true"},
		{scalr.RunRequest{WorkspaceAutoApply: true, AutoApply: &no}, "auto-apply", `true`, "auto-apply true, not false"},
		{scalr.RunRequest{AutoApply: &yes}, "auto-apply", `true`, ""},
		{scalr.RunRequest{AutoApply: &yes}, "auto-apply", `false`, "auto-apply false, not true"},
		{scalr.RunRequest{WorkspaceAutoApply: true, Dry: true}, "auto-apply", `true`, ""},
		{scalr.RunRequest{WorkspaceAutoApply: true, Dry: true}, "auto-apply", `false`, ""},
		{scalr.RunRequest{WorkspaceAutoApply: true, SavePlan: true}, "auto-apply", `false`, ""},
		{scalr.RunRequest{Dry: true}, "auto-apply", `true`, "auto-apply true, not false"},
		{scalr.RunRequest{Dry: true}, "auto-apply", `-`, "auto-apply unreported, not false"},
		{scalr.RunRequest{}, "target-addrs", `null`, ""},
		{scalr.RunRequest{}, "target-addrs", `[]`, ""},
		{scalr.RunRequest{}, "target-addrs", `-`, "target-addrs unreported, not []"},
		{scalr.RunRequest{}, "target-addrs", `["a.b"]`, `target-addrs ["a.b"], not []`},
		{scalr.RunRequest{Targets: addresses}, "target-addrs", `["module.c[\"d\"]","a.b"]`, ""},
		{scalr.RunRequest{Targets: addresses}, "target-addrs", `["a.b","a.b","module.c[\"d\"]"]`, ""},
		{scalr.RunRequest{Targets: addresses}, "target-addrs", `["a.b"]`, `target-addrs ["a.b"], not ["a.b", "module.c[\"d\"]"]`},
		{scalr.RunRequest{Targets: addresses}, "target-addrs", `null`, `target-addrs [], not ["a.b", "module.c[\"d\"]"]`},
		{scalr.RunRequest{Targets: addresses}, "target-addrs", `"a.b"`, `target-addrs unreported, not ["a.b", "module.c[\"d\"]"]`},
		{scalr.RunRequest{Targets: addresses}, "target-addrs", `["a.b",{}]`, `target-addrs unreported, not ["a.b", "module.c[\"d\"]"]`},
		{scalr.RunRequest{Replace: addresses[:1]}, "replace-addrs", `["A.b"]`, `replace-addrs ["A.b"], not ["a.b"]`},
		{scalr.RunRequest{}, "replace-addrs", `["1","2","3","4","5","6","7"]`, `replace-addrs ["1", "2", "3", "4", "5", and 2 more], not []`},
		{scalr.RunRequest{}, "replace-addrs", `["::error::\n` + strings.Repeat("x", 200) + `"]`, `replace-addrs ["::error:: xxx`},
		{scalr.RunRequest{}, "workspace", `"ws-other"`, "workspace ws-other, not " + scalrsim.WorkspaceID},
		{scalr.RunRequest{}, "workspace", `-`, "workspace unreported, not " + scalrsim.WorkspaceID},
		{scalr.RunRequest{}, "workspace", `"../x"`, "workspace unreported, not " + scalrsim.WorkspaceID},
		{scalr.RunRequest{}, "configuration-version", `"cv-other"`, "configuration-version cv-other, not cv-"},
		{scalr.RunRequest{}, "status", `"planned"`, ""},
		{scalr.RunRequest{}, "status", `"applied"`, ""},
		{scalr.RunRequest{}, "status", `"planned_and_saved"`, "save-plan false, but has the status planned_and_saved, not false"},
		{scalr.RunRequest{SavePlan: true}, "status", `"planned_and_saved"`, ""},
		{scalr.RunRequest{Dry: true}, "status", `"confirmed"`, "is-dry true, but is applied (confirmed), not true"},
		{scalr.RunRequest{Dry: true}, "status", `"post_apply_finished"`, "is-dry true, but is applied (post_apply_finished), not true"},
		{scalr.RunRequest{Dry: true}, "status", `"errored"`, ""},
	} {
		t.Run(fmt.Sprintf("%s %.20s (%.20s)", c.member, c.value, c.want), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if got := differing(t, c.request, c.member, c.value); !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		})
	}
}

// differing creates the run, reads it with a modified response, and returns the members that differ.
func differing(t *testing.T, q scalr.RunRequest, member, value string) string {
	var v any = json.RawMessage(value)
	switch {
	case value == "-":
		v = nil
	case member == "workspace" || member == "configuration-version":
		v = strings.Trim(value, `"`)
	}
	s := scalrsim.Scenario{Script: scalrtest.LongPlan(), Faults: []scalrsim.Fault{{Op: "GET /runs/*", Action: scalrsim.Misreport, Member: member, Value: v}}}
	if q.WorkspaceAutoApply {
		s.Config.Workspace = map[string]any{"auto-apply": true}
	}
	r := scalrtest.New(t, s)
	configuration, err := r.UploadConfiguration(t.Context(), q.Dry)
	if err != nil {
		t.Fatal(err)
	}
	q.WorkspaceID, q.ConfigurationID = scalrsim.WorkspaceID, configuration.ID
	run, _, err := runs.Create(t.Context(), r.Client, q)
	if err != nil {
		t.Fatal(err)
	}
	if d := q.Differences(run); len(d) > 0 {
		t.Fatalf("the run that was created differs: %+v", d)
	}
	if run, err = r.Run(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, d := range q.Differences(run) {
		if d.Unreported {
			d.Got = "unreported"
		}
		words = append(words, d.Member+" "+d.Got+", not "+d.Want)
	}
	return strings.Join(words, "; ")
}

// TestDifferencesInApply: a running apply is a difference, regardless of the run's status.
func TestDifferencesInApply(t *testing.T) {
	t.Parallel()
	dry, no := true, false
	for status, differs := range map[scalr.TaskStatus]bool{"": false, "pending": false, "unreachable": false, "running": true, "finished": true} {
		q := scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1", Dry: true}
		r := scalr.Run{Status: "quantum", WorkspaceID: "ws-1", ConfigurationID: "cv-1", Apply: &scalr.Apply{ID: "apply-1", Status: status},
			Settings: scalr.Settings{Dry: &dry, Destroy: &no, RefreshOnly: &no, AutoApply: &no, SavePlan: &no, Targets: &[]string{}, Replace: &[]string{}}}
		if got := q.Differences(r); (len(got) > 0) != differs {
			t.Errorf("apply %q: got %v", status, got)
		}
	}
}

// TestLengthOfDifferences: an address is quoted up to 80 bytes, and five of a list are.
func TestLengthOfDifferences(t *testing.T) {
	t.Parallel()
	no, x := false, strings.Repeat("x", 80)
	r := scalr.Run{Status: "planned", Settings: scalr.Settings{Dry: &no, Destroy: &no, RefreshOnly: &no, AutoApply: &no, SavePlan: &no,
		Targets: &[]string{}, Replace: &[]string{}}}
	for want, targets := range map[string][]string{
		`["` + x + `"]`:                         {x},
		`["` + x + `…"]`:                        {x + "y"},
		`["a", "b", "c", "d", "e"]`:             {"a", "b", "c", "d", "e"},
		`["a", "b", "c", "d", "e", and 1 more]`: {"a", "b", "c", "d", "e", "f"},
		`["a\"b", "a b"]`:                       {`a"b`, "a\nb"},
	} {
		got := scalr.RunRequest{Targets: targets}.Differences(r)
		if len(got) != 1 || got[0] != (scalr.Difference{Member: "target-addrs", Want: want, Got: "[]"}) {
			t.Errorf("got %+v, want %s", got, want)
		}
	}
}
