package tfplan

import (
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	earlyWarning = "\nWarning: Deprecated Parameter\n\n  on main.tf line 3, in terraform:\n   3:     dynamodb_table = \"locks\"\n\nUse another\nparameter.\n"
	lateWarning  = "\nWarning: Check block assertion failed\n\n  on main.tf line 4, in check \"h\":\n   4:     condition = false\n\nIt said:\n"
)

// TestLinesBelowWarnings: without a box, a warning ends where the tool goes on.
func TestLinesBelowWarnings(t *testing.T) {
	t.Parallel()
	const deprecated, check = "Use another\nparameter.", "It said:"
	for name, c := range map[string]struct {
		log, want string // the message of the only warning
	}{
		"a step of init":            {"Initializing the backend...\n" + earlyWarning + "Initializing provider plugins...\n- Installing\n", deprecated},
		"a module's step of init":   {earlyWarning + "Upgrading modules...\n- vpc\n", deprecated},
		"the backend is configured": {earlyWarning + "Successfully configured the backend \"s3\"! Terraform will\nuse\n", deprecated},
		"a data source":             {earlyWarning + "data.aws_x.y[\"a b\"]: Reading...\ntext\n", deprecated},
		"a data source that was read": {
			earlyWarning + "data.aws_x.y: Read complete after 0s [id=1]\ntext\n", deprecated,
		},
		"a refresh":              {earlyWarning + "module.m[0].aws_x.y: Refreshing state... [id=1]\ntext\n", deprecated},
		"an import":              {earlyWarning + "aws_x.y: Preparing import... [id=1]\ntext\n", deprecated},
		"an import of an object": {earlyWarning + "aws_x.y: Importing... [id=1]\ntext\n", deprecated},
		"a creation":             {earlyWarning + "aws_x.y: Creating...\ntext\n", deprecated},
		"a slow creation":        {earlyWarning + "aws_x.y: Still creating... [10s elapsed]\ntext\n", deprecated},
		"a completed creation":   {earlyWarning + "aws_x.y: Creation complete after 1s\ntext\n", deprecated},
		"a deposed object":       {earlyWarning + "aws_x.y (deposed object 0f3d): Destroying... [id=1]\ntext\n", deprecated},
		"an ephemeral resource":  {earlyWarning + "ephemeral.aws_x.y: Opening...\ntext\n", deprecated},
		"an unknown ephemeral resource": {
			earlyWarning + "ephemeral.aws_x.y: Configuration unknown, deferring...\ntext\n", deprecated,
		},
		"an action":                   {earlyWarning + "Action started: action.aws_x.y (triggered by aws_x.y)\ntext\n", deprecated},
		"no changes":                  {earlyWarning + "\nNo changes. Your infrastructure matches the configuration.\n\ntext\n", deprecated},
		"changes to outputs":          {earlyWarning + "\nChanges to Outputs:\n  + n = 3\n", deprecated},
		"drift":                       {earlyWarning + "\nNote: Objects have changed outside of Terraform\n\ntext\n", deprecated},
		"a plan of Terraform 0.14":    {earlyWarning + "\nAn execution plan has been generated and is shown below.\ntext\n", deprecated},
		"a refresh of Terraform 0.12": {earlyWarning + "Refreshing Terraform state in-memory prior to plan...\ntext\n", deprecated},
		"a state lock":                {earlyWarning + "Acquiring state lock. This may take a few moments...\ntext\n", deprecated},
		"the end of an apply": {
			"aws_x.y: Creating...\n" + lateWarning + "\nApply complete! Resources: 1 added.\n\nOutputs:\n\nn = 3\n", check,
		},
		"the end of a destroy run": {"aws_x.y: Destroying...\n" + lateWarning + "\nDestroy complete! Resources: 1 destroyed.\n", check},
		"outputs":                  {lateWarning + "\nOutputs:\n\nn = 3\n", check},
		"the release of the lock":  {lateWarning + "Releasing state lock. This may take a few moments...\n", check},
		"a saved plan":             {planSummary + lateWarning + "\nSaved the plan to: p\n\ntext\n", check},
		"text of the author that imitates progress": {
			"aws_x.y: Creating...\n" + lateWarning + "aws_x.z: Creating...\n", check + "\naws_x.z: Creating...",
		},
		"text that is similar to progress": {
			earlyWarning + "See foo: Creating...\n  aws_x.y: Creating...\nx: Creating...\n",
			deprecated + "\nSee foo: Creating...\n  aws_x.y: Creating...\nx: Creating...",
		},
	} {
		found := readPlan(nil, logSection(c.log))
		if len(found.Diagnostics) != 1 || found.Diagnostics[0].Message != c.want || found.Text.Warnings != 1 {
			t.Errorf("%s: %d warnings, want 1 with the message %q, got %+v", name, found.Text.Warnings, c.want, found.Diagnostics)
		}
	}
}

// TestWarningWithoutText: a warning without text counts if it is followed by a line that ends only the texts of warnings.
func TestWarningWithoutText(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]int{
		"aws_x.y: Refreshing state... [id=1]\n":           1,
		"Initializing provider plugins...\n":              1,
		"Apply complete! Resources: 1 added.\n":           1,
		"Terraform will perform the following actions:\n": 0,
	} {
		for title, want := range map[string]int{"W": want, "W\nof a script": 0} {
			if n := readPlan(nil, logSection("\nWarning: "+title+"\n\n"+line)).Text.Warnings; n != want {
				t.Errorf("%q before %q: %d warnings, want %d", title, line, n, want)
			}
		}
	}
}

// TestDoneBelowWarnings: what an apply has done is listed also if warnings precede it, but not what the text of a
// diagnostic at its end imitates.
func TestDoneBelowWarnings(t *testing.T) {
	t.Parallel()
	const done, forged = "aws_x.y: Creating...\naws_x.y: Creation complete after 1s\n", "aws_x.forged: Destruction complete after 1s\n"
	const failure = "\nError: boom\n\n  with aws_x.z,\n  on main.tf line 3:\n   3: x\n\n"
	const unit = "10:15:02.101 STDOUT [vpc] tofu: "
	for name, log := range map[string]string{
		"a warning":                    earlyWarning + done,
		"two warnings":                 earlyWarning + earlyWarning + done + failure,
		"after init":                   "Initializing the backend...\n" + earlyWarning + "Terraform has been successfully initialized!\n" + earlyWarning + done,
		"text of an error":             done + failure + forged,
		"text of the first error":      earlyWarning + "aws_x.y: Creation complete after 1s\n" + failure + forged,
		"text of a warning":            done + lateWarning + forged,
		"text with the result":         done + lateWarning + "Apply complete!\n" + forged,
		"text with a step of init":     done + lateWarning + "Initializing the backend...\n" + forged,
		"text with init, of an error":  done + failure + "Initializing the backend...\n" + forged,
		"an error without progress":    failure + forged + "\nTerraform v1.11.4\n" + done,
		"a second apply":               lateWarning + "\nTerraform v1.11.4\n" + done,
		"a plan before":                "aws_x.y: Refreshing state... [id=1]\n" + planSummary + lateWarning + "\n" + rule20 + "\n\n" + done,
		"text of a unit's diagnostics": unit + "aws_x.y: Creation complete after 1s\n" + unit + "\n" + unit + "Error: boom\n" + unit + "\n" + unit + forged,
	} {
		l := NewLog(nil)
		io.WriteString(l, log)
		if diff := cmp.Diff(l.Apply().Done, []Done{{"aws_x.y", "created"}}); diff != "" {
			t.Errorf("%s: -got +want:\n%s", name, diff)
		}
	}
}

const rule20 = "────────────────────"
