package action_test

import "testing"

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
