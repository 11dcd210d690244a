package scalrtest

import (
	"os/exec"
	"strings"
	"testing"
)

// The simulator shares nothing with what it tests, or both could be wrong in
// the same way.
func TestImportsNothingOfOurs(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Skipf("go list does not work here: %v", err)
	}
	if got, want := strings.Fields(string(out)), "scalr-run-action/internal/scalr/scalrtest"; len(got) != 1 || got[0] != want {
		t.Errorf("it depends on %v, want itself only", got)
	}
}
