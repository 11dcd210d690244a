package action_test

import (
	"strings"
	"testing"
)

// TestAnnotationsOfSummaries checks that a diagnostic whose summary has several lines is annotated with all of them, in
// a box and without one.
func TestAnnotationsOfSummaries(t *testing.T) {
	t.Parallel()
	const place = "  on main.tf line 3, in resource \"aws_x\" \"a\":\n"
	for name, c := range map[string]struct{ log, want string }{
		"go-multierror in a box": {
			"╷\n│ Error: 2 errors occurred:\n│ \t* creating: NotFound\n│ \t* waiting: timeout\n│ \n│ \n│   with aws_x.a,\n│ " + place + "│    3: x\n╵\n",
			"::error file=main.tf,line=3,title=2 errors occurred%3A * creating%3A NotFound * waiting%3A timeout::" +
				"2 errors occurred:%0A    * creating: NotFound%0A    * waiting: timeout\n",
		},
		"an AWS error without colors": {
			"aws_x.a: Refreshing state... [id=1]\n\nError: Error launching: x is invalid\n\tstatus code: 400\n\n" + place + "   3: x\n\n",
			"::error file=main.tf,line=3,title=Error launching%3A x is invalid status code%3A 400::" +
				"Error launching: x is invalid%0A    status code: 400\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, "plan-error")
			s.Script.Plan.Log = c.log
			newStepTest(t, s).play().want(1, "result=errored").logContains(c.want)
		})
	}
}

// applyWithLog runs an apply of a scenario, which prints the log.
func applyWithLog(t *testing.T, name, log string) *stepResult {
	t.Helper()
	s := scenario(t, name)
	s.Script.Apply.Log = log
	return newStepTest(t, s, "dry-run=false").play()
}

// TestOutputsAreNoWarning checks that the outputs that Terraform prints below a warning are in no annotation.
func TestOutputsAreNoWarning(t *testing.T) {
	t.Parallel()
	p := applyWithLog(t, "applied", "terraform_data.a: Creating...\n\nWarning: Check block assertion failed\n\n"+
		"  on main.tf line 4, in check \"h\":\n   4: x\n\na is not y\n\n"+
		"Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n\nOutputs:\n\nurl = \"https://internal\"\n")
	p.want(0, "result=applied").logContains("::warning file=main.tf,line=4,title=Check block assertion failed::a is not y\n")
	if strings.Contains(p.summary, "https://internal") {
		t.Errorf("the summary contains an output:\n%s", p.summary)
	}
}

// TestAppliedBelowWarning checks that what a failed apply has done is listed if a warning precedes it.
func TestAppliedBelowWarning(t *testing.T) {
	t.Parallel()
	p := applyWithLog(t, "apply-error", "\nWarning: Deprecated Parameter\n\n  on main.tf line 3, in terraform:\n   3: x\n\nUse another.\n"+
		"terraform_data.a: Creating...\nterraform_data.a: Creation complete after 2s [id=i]\n\n"+
		"Error: AccessDenied\n\n  on main.tf line 9:\n   9: x\n\n")
	p.want(1, "result=errored").logContains("::warning file=main.tf,line=3,title=Deprecated Parameter::Use another.\n")
	if want := "<b>Applied before the failure</b> (1)</summary>\n\n- `terraform_data.a` created\n"; !strings.Contains(p.summary, want) {
		t.Errorf("the summary does not contain %q:\n%s", want, p.summary)
	}
}

// TestErrorBelowBoxesOfInit checks that an error without a box is reported if only init draws boxes.
func TestErrorBelowBoxesOfInit(t *testing.T) {
	t.Parallel()
	s := scenario(t, "plan-error")
	s.Script.Plan.Log = "Initializing the backend...\n╷\n│ Warning: Deprecated\n│ \n│   on main.tf line 3, in terraform:\n│    3: x\n│ \n│ old\n╵\n" +
		"\nTerraform has been successfully initialized!\n\nError: Unsupported block type\n\n  on main.tf line 9:\n   9: x\n\nNot here.\n"
	newStepTest(t, s).play().want(1, "result=errored").logContains("::warning file=main.tf,line=3,title=Deprecated::old\n",
		"::error file=main.tf,line=9,title=Unsupported block type::Not here.\n")
}
