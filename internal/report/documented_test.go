package report

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/tfplan"
)

// TestDocumentedPlans reads plans in the documented format of tools that the tests do not run (OpenTofu, Terraform
// 1.14), from both sources and from each alone.
func TestDocumentedPlans(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		line              string
		changes, destroys gate.Answer
		refreshOnly       bool
		list              []string // actions and addresses of the changes
		shown             []string // text in the summary
		not               []string
	}{
		"opentofu-forget": {line: "1 to add, 0 to change, 1 to destroy, 2 to forget", changes: gate.Yes, destroys: gate.Yes,
			list: []string{"create-forget aws_db_instance.main", "destroy aws_instance.off[0]", "forget aws_s3_bucket.logs"},
			shown: []string{
				"Forget: kept, but no longer managed (2)",
				"This plan destroys 1 resource:",
				"is false",
				"a new object takes its place",
				"<code>engine</code> cannot be changed in place",
			},
			not: []string{"Create (", "Replace (", "-     bucket", "replaces"}},
		"opentofu-ephemeral": {
			line:     "no changes",
			changes:  gate.No,
			destroys: gate.No,
			list:     []string{},
			not:      []string{"vault_token", "Other"},
		},
		"invoke": {line: "0 to add, 1 to change, 0 to destroy, 2 actions to invoke", changes: gate.Yes, destroys: gate.No,
			list: []string{
				"invoke action.aws_cloudfront_create_invalidation.all",
				"invoke action.aws_lambda_invoke.wipe",
				"update terraform_data.site",
			},
			shown: []string{"Invoke (2)", "after the change of terraform", "Update in place (1)"}},
		"invoke-only": {line: "0 to add, 0 to change, 0 to destroy, 1 action to invoke", changes: gate.Yes, destroys: gate.No,
			list: []string{"invoke action.aws_lambda_invoke.wipe"}, shown: []string{"Invoke (1)"}},
		"deferred": {line: "1 to add, 0 to change, 0 to destroy, 5 deferred", changes: gate.Yes, destroys: gate.No,
			list: []string{
				"create aws_eks_cluster.main",
				"defer aws_eks_addon.dns",
				"defer data.kubernetes_service.ingress",
				"defer kubernetes_secret.database",
				`defer module.apps["shop  a"].kubernetes_namespace.app`,
				"defer module.apps[*].kubernetes_service.web[*]",
			},
			shown: []string{
				"A dry run: nothing was changed. The plan is **partial**: 5 objects are deferred to the next plan.\n",
				"#### ⏭️ Deferred to the next plan (5)\n\n",
				"- `aws_eks_addon.dns`: because a prerequisite for this resource has not yet been created\n",
				"- `kubernetes_secret.database`: because a prerequisite for this resource is deferred\n",
				"- <code>module.apps&#91;&#34;shop&#160; a&#34;&#93;.kubernetes_namespace.app</code>: because the provider configuration is unknown\n",
				"- `module.apps[*].kubernetes_service.web[*]`: because the number of resource instances is unknown\n",
				"- `data.kubernetes_service.ingress`: because the resource configuration is unknown\n",
			},
			not: []string{"hunter2", "(sensitive value)", "coredns", "Update in place", "Read during"}},
		"deferred-only": {line: "0 to add, 0 to change, 0 to destroy, 1 deferred", changes: gate.Unknown, destroys: gate.No,
			list:  []string{"defer kubernetes_secret.database"},
			shown: []string{"The plan is **partial**: 1 object is deferred to the next plan.\n", "Deferred to the next plan (1)"},
			not:   []string{"hunter2", "matches the configuration", "Update in place"}},
		"run-all": {line: "1 to add, 0 to change, 1 to destroy", changes: gate.Yes, destroys: gate.Yes,
			list: []string{"create aws_vpc.main", "destroy aws_db_instance.main"}},
		"run-all-prefixed": {line: "1 to add, 0 to change, 1 to destroy", changes: gate.Yes, destroys: gate.Yes,
			list: []string{"create aws_vpc.main", "destroy aws_db_instance.main"}},
		"refresh-only": {
			line:        "drift: 1 object changed outside of Terraform",
			changes:     gate.Yes,
			destroys:    gate.No,
			refreshOnly: true,
			list:        []string{},
			shown:       []string{"Drift: changed outside of Terraform (1)", "retention_in_days = 14 -> 90"},
		},
	} {
		for _, sources := range []string{"plan.json+plan.log", "plan.json", "plan.log"} {
			t.Run(name+" "+sources, func(t *testing.T) {
				t.Parallel()
				r := baseReport("planned", "planned_and_finished")
				r.Run.Plan, r.Run.RefreshOnly = nil, want.refreshOnly // Scalr reports no numbers
				r.Plan = readPlan(documentedFile(t, name, sources, "plan.json"), documentedFile(t, name, sources, "plan.log"))
				if name == "run-all" && sources == "plan.log" { // only the workspace reports that it has units
					log := tfplan.NewLog(nil)
					log.SeveralUnits()
					_, _ = io.Copy(log, documentedFile(t, name, sources, "plan.log"))
					r.Plan = log.Plan(t.Context(), nil)
				}
				if want.changes == gate.No {
					r.Result = "no-changes"
				}
				if r.Line() != want.line {
					t.Errorf("the line is %q, want %q", r.Line(), want.line)
				}
				if e := r.Effects(); e.Changes != want.changes || e.Destroys != want.destroys {
					t.Errorf("changes %v, destroys %v (%s), want %v and %v", e.Changes, e.Destroys, e.Why, want.changes, want.destroys)
				}
				list := []string{}
				for _, c := range r.Plan.Changes {
					list = append(list, string(c.Action)+" "+c.Address)
					if (c.Diff == "") != (c.Action == tfplan.Defer) && c.Action != tfplan.Invoke {
						t.Errorf("the diff of %s is %q", c.Address, c.Diff)
					}
				}
				slices.Sort(list)
				if diff := cmp.Diff(list, want.list); diff != "" {
					t.Errorf("-got +want:\n%s", diff)
				}
				summary := r.Summary()
				for _, text := range want.shown {
					if !strings.Contains(summary, text) {
						t.Errorf("the summary lacks %q:\n%s", text, summary)
					}
				}
				for _, text := range want.not {
					if strings.Contains(summary, text) {
						t.Errorf("the summary has %q:\n%s", text, summary)
					}
				}
			})
		}
	}
}

// documentedFile reads a file if it is among the sources.
func documentedFile(t *testing.T, name, sources, file string) *io.SectionReader {
	t.Helper()
	if !strings.Contains(sources, file) {
		return nil
	}
	data, err := os.ReadFile(filepath.Join("..", "tfplan", "testdata", "documented", name, file))
	if err != nil {
		t.Fatal(err)
	}
	return sectionOf(data)
}
