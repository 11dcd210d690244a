package repository_test

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// faultCounts are the letters of docs/faults.md, each with the number of faults that
// it must have at least, counted from 1 without a gap.
var faultCounts = map[string]int{
	"A": 7,
	"C": 27,
	"F": 16,
	"G": 35,
	"H": 41,
	"J": 20,
	"L": 19,
	"N": 10,
	"P": 11,
	"R": 27,
	"S": 20,
	"U": 28,
	"X": 25,
}

var (
	faultID   = regexp.MustCompile(`^[A-Z]\d+$`)
	testName  = regexp.MustCompile("`([a-z]+)\\.((?:Test|Fuzz)[^`/]*)(?:/([^`]*))?`")
	namedFor  = regexp.MustCompile(`^([A-Z]\d\d)(?: |$)`)
	scriptDir = filepath.Join("internal", "action", "testdata", "script")
)

// faultTest is a test, or a subtest, that a fault is shown by.
type faultTest struct{ pkg, test, subtest string }

func (f faultTest) String() string {
	return strings.TrimSuffix(f.pkg+"."+f.test+"/"+f.subtest, "/")
}

// TestFaultsAreTested holds docs/faults.md against the tests of all packages: a fault
// is shown by tests that exist, and a test that is named for a fault is listed with it.
func TestFaultsAreTested(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("docs/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	faults, problems := readFaults(string(document))
	packages := map[string]testNames{}
	for directory, names := range readTestNames(t, ".") {
		name := path.Base(directory)
		if packages[name] == nil {
			packages[name] = testNames{}
		}
		maps.Copy(packages[name], names)
	}
	scripts, err := filepath.Glob(filepath.Join(scriptDir, "*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts in %s: %v", scriptDir, err)
	}
	for _, script := range scripts {
		name := strings.TrimSuffix(filepath.Base(script), ".txtar")
		packages["action"]["TestScripts"] = append(packages["action"]["TestScripts"], name)
	}
	for _, p := range append(problems, compareFaults(faults, packages)...) {
		t.Error(p)
	}
	for letter, n := range faultCounts {
		for i := 1; i <= n; i++ {
			id := fmt.Sprintf("%s%02d", letter, i)
			if letter == "F" {
				id = fmt.Sprintf("F%d", i)
			}
			if _, ok := faults[id]; !ok {
				t.Errorf("docs/faults.md has no fault %s", id)
			}
		}
	}
}

// readFaults reads the tables: each fault with the tests that it is shown by. A fault
// without any needs a reason in that column.
func readFaults(document string) (faults map[string][]faultTest, problems []string) {
	faults = map[string][]faultTest{}
	for line := range strings.Lines(document) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		id, shown := strings.TrimSpace(cells[0]), strings.TrimSpace(cells[len(cells)-1])
		if !faultID.MatchString(id) {
			continue
		}
		if _, ok := faults[id]; ok {
			problems = append(problems, fmt.Sprintf("%s is listed twice", id))
		}
		faults[id] = nil
		for _, m := range testName.FindAllStringSubmatch(shown, -1) {
			faults[id] = append(faults[id], faultTest{m[1], m[2], m[3]})
		}
		if shown == "" {
			problems = append(problems, fmt.Sprintf("%s names neither a test nor the reason why there is none", id))
		}
	}
	return faults, problems
}

// compareFaults compares in both directions.
func compareFaults(faults map[string][]faultTest, packages map[string]testNames) (problems []string) {
	for _, id := range slices.Sorted(maps.Keys(faults)) {
		for _, f := range faults[id] {
			if !packages[f.pkg].has(f.test, f.subtest) {
				problems = append(problems, fmt.Sprintf("%s is shown by %s, which does not exist", id, f))
			}
		}
	}
	for _, f := range testsNamedForFaults(packages) {
		listed, ok := faults[f.subtest]
		switch {
		case !ok:
			problems = append(problems, fmt.Sprintf("%s is named for a fault that docs/faults.md does not have", f))
		case !slices.ContainsFunc(listed, func(l faultTest) bool { return l.pkg == f.pkg && l.test == f.test }):
			problems = append(problems, fmt.Sprintf("%s is not listed with the fault", f))
		}
	}
	return problems
}

// testsNamedForFaults are the tests with a subtest whose name begins with the id of a
// fault, which is given as the subtest.
func testsNamedForFaults(packages map[string]testNames) (found []faultTest) {
	for _, pkg := range slices.Sorted(maps.Keys(packages)) {
		for _, test := range slices.Sorted(maps.Keys(packages[pkg])) {
			for _, subtest := range packages[pkg][test] {
				if m := namedFor.FindStringSubmatch(subtest); m != nil && faultCounts[m[1][:1]] > 0 {
					found = append(found, faultTest{pkg, test, m[1]})
				}
			}
		}
	}
	return slices.Compact(found) // the subtests of a test are sorted
}
