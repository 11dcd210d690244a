package repository_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// exampleTests names subtests in each way that the tests of this repository do.
const exampleTests = `package example_test

import "testing"

const both = "H04 of " + "two constants"

type row struct{ name, want string }

var rows = []row{{"H01 positional", ""}, {name: "H02 keyed"}}

func inlineTable() map[string]bool {
	all := map[string]bool{}
	for name, ok := range map[string]bool{"H05 copied": true} {
		all[name] = ok
	}
	all["H06 set"] = true
	return all
}

func merged(tables ...map[string]bool) []string {
	var list []string
	for _, table := range tables {
		for name := range table {
			list = append(list, name)
		}
	}
	return list
}

func play(t *testing.T, name string, rows ...row) {
	t.Run(name, func(t *testing.T) {})
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {})
	}
}

func TestRows(t *testing.T) {
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) { println("H90 not a name") })
	}
	_ = map[string]bool{"H91 never run": true}
}

func TestMaps(t *testing.T) {
	for _, name := range merged(inlineTable(), map[string]bool{"H07 passed on": true}) {
		t.Run(name+", twice", func(t *testing.T) {})
	}
}

func TestHelper(t *testing.T) {
	play(t, both, row{name: "H08 by a helper"})
	for _, mode := range []string{"a", "b"} {
		t.Run("H09 "+mode, func(t *testing.T) {})
		t.Run("H10 seed "+t.Name(), func(t *testing.T) {})
	}
}
`

// TestSubtestNames checks which names of subtests are found in the syntax tree.
func TestSubtestNames(t *testing.T) {
	t.Parallel()
	got := readExample(t)
	for test, want := range map[string][]string{
		"TestRows":   {"H01 positional", "H02 keyed"},
		"TestMaps":   {"H05 copied, twice", "H06 set, twice", "H07 passed on, twice"},
		"TestHelper": {"H04 of two constants", "H08 by a helper", "H09 a", "H09 b", "H10 seed *"},
	} {
		if !slices.Equal(got[test], want) {
			t.Errorf("%s has the subtests %q, want %q", test, got[test], want)
		}
	}
}

// TestFaultsCompare checks that differences in both directions are found.
func TestFaultsCompare(t *testing.T) {
	t.Parallel()
	packages := map[string]testNames{"example": {"TestRows": readExample(t)["TestRows"]}}
	const h01, h02 = "| H01 | a | b | `example.TestRows/H01` |\n", "| H02 | a | b | `example.TestRows/H02` |\n"
	for name, c := range map[string]struct {
		document string
		want     []string
	}{
		"complete": {document: h01 + h02},
		"the test is absent": {
			document: h01 + h02 + "| H03 | a | b | `example.TestRow` |",
			want:     []string{"H03 is shown by example.TestRow, which does not exist"},
		},
		"its case is absent": {
			document: h01 + h02 + "| H03 | a | b | `example.TestRows/H0` |",
			want:     []string{"H03 is shown by example.TestRows/H0, which does not exist"},
		},
		"the package is absent": {
			document: h01 + h02 + "| H03 | a | b | `other.TestRows` |",
			want:     []string{"H03 is shown by other.TestRows, which does not exist"},
		},
		"the fault is absent": {
			document: h01,
			want:     []string{"example.TestRows/H02 is named for a fault that docs/faults.md does not have"},
		},
		"not listed": {
			document: h01 + "| H02 | a | b | by hand |",
			want:     []string{"example.TestRows/H02 is not listed with the fault"},
		},
		"listed twice": {document: h01 + h02 + h02, want: []string{"H02 is listed twice"}},
		"no test, no reason": {
			document: h01 + h02 + "| H03 | a | b |  |",
			want:     []string{"H03 names neither a test nor the reason why there is none"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faults, problems := readFaults(c.document)
			if got := append(problems, compareFaults(faults, packages)...); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func readExample(t *testing.T) testNames {
	t.Helper()
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "example_test.go"), []byte(exampleTests), 0o600); err != nil {
		t.Fatal(err)
	}
	return readDirectory(t, directory)
}
