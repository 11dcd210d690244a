package program_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"testing"
)

// maxStartupAllocations is the number of allocations that packages may make before main starts. The standard library
// and the dependencies make about 1,000; compiling the regular expressions of one package makes thousands.
const maxStartupAllocations = 3000

// TestStartup checks that packages defer expensive initialization to the first use, because every step starts the
// program.
func TestStartup(t *testing.T) {
	t.Parallel()
	start := exec.Command(program)
	start.Env = []string{"GODEBUG=inittrace=1"} // the runtime prints a line for each package
	out, _ := start.CombinedOutput()
	packages, sum := 0, 0
	for line := range bytes.Lines(out) {
		var name string
		var at, clock float64
		var size, allocations int
		if n, _ := fmt.Sscanf(string(line), "init %s @%f ms, %f ms clock, %d bytes, %d allocs", &name, &at, &clock, &size, &allocations); n == 5 {
			packages, sum = packages+1, sum+allocations
		}
	}
	if packages == 0 || sum > maxStartupAllocations {
		t.Errorf("%d packages make %d allocations before main, want at most %d", packages, sum, maxStartupAllocations)
	}
}
