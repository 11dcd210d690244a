package inputs_test

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/inputs"
)

// TestInvalidValuesAreDiscarded: a step that fails because of its inputs still reports, with the inputs that it has. The
// golden file shows what is left of each action's inputs if all of them are invalid.
func TestInvalidValuesAreDiscarded(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, action := range []string{"", "environment", "workspace", "affected", "overview"} {
		for _, value := range []string{"{x} \x00<", "${{ inputs.x }}", strings.Repeat("-", 700)} {
			bad := with{"message": ""}
			for _, in := range names(action) {
				if in.Name != "message" { // any text is valid
					bad[in.Name] = value
				}
			}
			in, err := loadInputs(action, row{action: action, with: bad}.source())
			if err == nil {
				t.Errorf("%s: no error", action)
			}
			fmt.Fprintf(&all, "== %s: %.20q\n%s\n", action, value, strings.ReplaceAll(fmt.Sprintf("%+v", in), " ", "\n"))
		}
	}
	goldentest.Compare(t, "testdata/TestInvalidValuesAreDiscarded.txt", all.String())
}

func loadInputs(action string, src inputs.Source) (in any, err error) {
	switch action {
	case "environment":
		in, _, err = inputs.LoadEnvironment(src)
	case "workspace":
		in, _, err = inputs.LoadWorkspace(src)
	case "affected":
		in, _, err = inputs.LoadAffected(src)
	case "overview":
		in, _, err = inputs.LoadOverview(src)
	default:
		in, _, err = inputs.LoadRun(src)
	}
	return in, err
}
