package gate_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/gate"
)

// TestReasonOfJSONLog: a log of `terraform plan -json` is never a complete text, and the reason says what to change.
func TestReasonOfJSONLog(t *testing.T) {
	t.Parallel()
	const (
		version = `{"@level":"info","@message":"Terraform 1.14.3","@module":"terraform.ui","type":"version"}` + "\n"
		sum     = `{"@level":"info","@message":"Plan: 0 to add, 0 to change, 0 to destroy.","@module":"terraform.ui"}` + "\n"
		warning = `{"@level":"warn","@message":"Warning: W","@module":"terraform.ui","diagnostic":{"severity":"warning","summary":"W"}}` + "\n"
		advice  = "the plan's log is in JSON, of which only errors and warnings are read; remove -json from Terraform's arguments"
		unknown = "; unknown values fail the gate"
	)
	for _, c := range []struct {
		name, planJSON, log string
		want                []string
	}{
		{"no other source", "", version + sum, []string{
			"changes: neither Scalr's numbers nor the plan JSON is available, and " + advice + unknown,
			"destroy: neither Scalr's numbers nor the plan JSON is available, and " + advice + unknown,
			"warnings: " + advice + unknown,
		}},
		{"plan JSON", jsonOf(""), version + sum, []string{"warnings: " + advice + unknown}},
		{"a warning", jsonOf(""), version + sum + warning, []string{"warnings: Terraform printed warnings while it planned"}},
	} {
		var got []string
		conditions := gate.Conditions{Changes: true, Destroy: true, Warnings: true}
		for _, f := range conditions.Evaluate(gate.Case{Run: finished(), Plan: planOf(t, c.planJSON, c.log)}) {
			got = append(got, f.String())
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}
