package main

import (
	"context"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const sampleSource = `package sample

import "time"

type wire struct {
	Name string ` + "`json:\"name\"`" + `
}

const pause = 3 * time.Second

func (w *wire) check(limit int) error {
	if len(w.Name) < limit && !ready {
		w.Name = "x"
		count++
	}
	_ = limit
	send(w)
	for range 2 {
		continue
	}
	switch {
	case limit > 1:
		return fail("")
	}
	return nil
}

func find() (int, error) {
	if limit {
		return 0, errLimit
	}
	n, err := lookUp()
	if err != nil {
		return 3, err
	}
	return 4, err
}
`

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sample.go")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestMutations names every change of a small file, and that each leaves a file that can be parsed.
func TestMutations(t *testing.T) {
	found, err := mutationsOf(write(t, sampleSource), "internal/sample")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range found {
		got = append(got, m.function+" "+m.old+" -> "+m.new)
		if _, err := parser.ParseFile(token.NewFileSet(), "", m.apply([]byte(sampleSource)), 0); err != nil {
			t.Errorf("%v: %v", m, err)
		}
	}
	slices.Sort(got)
	want := []string{
		`find 4 -> (4 + 1)`, // the only number that is returned without an error
		`find err != nil -> !(err != nil)`,
		`find err != nil -> (err == nil)`,
		`find err -> nil`,
		`find err -> nil`,
		`find errLimit -> nil`,
		`find limit -> !(limit)`,
		`pause 3 * time.Second -> (3 / time.Second)`,
		`pause 3 * time.Second -> 2 * 3 * time.Second`,
		`wire.check !ready -> ready`,
		`wire.check "" -> "changed"`,
		`wire.check "x" -> ""`,
		`wire.check ++ -> --`,
		`wire.check 1 -> (1 + 1)`,
		`wire.check 2 -> (2 + 1)`,
		`wire.check continue -> if false { continue }`,
		`wire.check count++ -> if false { count++ }`,
		`wire.check fail("") -> nil`,
		`wire.check len(w.Name) < limit && !ready -> !(len(w.Name) < limit && !ready)`,
		`wire.check len(w.Name) < limit && !ready -> (len(w.Name) < limit || !ready)`,
		`wire.check len(w.Name) < limit -> (len(w.Name) <= limit)`,
		`wire.check limit > 1 -> !(limit > 1)`,
		`wire.check limit > 1 -> (limit >= 1)`,
		`wire.check send(w) -> if false { send(w) }`,
		`wire.check w.Name = "x" -> if false { w.Name = "x" }`,
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestChangeIsDescribedWithoutItsLine(t *testing.T) {
	describe := func(text string) string {
		found, err := mutationsOf(write(t, text), "internal/sample")
		if err != nil {
			t.Fatal(err)
		}
		return found[0].change()
	}
	text := "package sample\n\nfunc more(a int) int {\n\treturn a + a\n}\n"
	want := "internal/sample more: `return a + a`: `a + a` becomes `(a - a)`"
	if got := describe(text); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := describe(strings.Replace(text, "\n\n", "\n\nvar other bool\n\n", 1)); got != want {
		t.Errorf("with a line more before it: got %s, want %s", got, want)
	}
}

func TestOverlay(t *testing.T) {
	j, err := newJudge()
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	file := write(t, "package sample // 1\n")
	v, err := j.single(mutation{file: file, start: 18, end: 19, new: "2"})
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(v.overlay)
	if err != nil {
		t.Fatal(err)
	}
	var overlay struct{ Replace map[string]string }
	if err := json.Unmarshal(content, &overlay); err != nil {
		t.Fatal(err)
	}
	mutated, err := os.ReadFile(overlay.Replace[file])
	if err != nil || string(mutated) != "package sample // 2\n" {
		t.Errorf("the overlay replaces the file by %q (%v)", mutated, err)
	}
}

func TestDrawDependsOnSeedAndChange(t *testing.T) {
	order := func(seed uint64, count int) []string {
		all := make([]mutation, count)
		for i := range all {
			all[i].new = strconv.Itoa(i)
		}
		draw(all, seed)
		var drawn []string
		for _, m := range all {
			drawn = append(drawn, m.new)
		}
		return drawn
	}
	first := order(1, 100)
	if !slices.Equal(order(1, 100), first) {
		t.Error("the same seed draws another order")
	}
	if slices.Equal(order(2, 100), first) {
		t.Error("another seed draws the same order")
	}
	more := slices.DeleteFunc(order(1, 101), func(name string) bool { return name == "100" })
	if !slices.Equal(more, first) {
		t.Error("one place more changes the order of the others")
	}
}

func TestObserversNearestFirst(t *testing.T) {
	tested := func(path string, imports ...string) *goPackage {
		return &goPackage{ImportPath: path, TestGoFiles: []string{"x_test.go"}, Imports: imports}
	}
	base := tested("internal/base")
	all := []*goPackage{
		tested("test/program"), tested("top", "middle"), tested("middle", "internal/base"), tested("other"), base,
		{ImportPath: "untested", Imports: []string{"internal/base"}},
	}
	var got []string
	for _, p := range observers(all, base) {
		got = append(got, p.ImportPath)
	}
	if want := "internal/base middle top test/program"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestEquivalents(t *testing.T) {
	list, err := readEquivalents(strings.NewReader("# comment\n\nsome change\n    The reason,\n    in two lines.\nanother\n\tReason.\n"))
	if err != nil || len(list) != 2 || !list["some change"] || !list["another"] {
		t.Errorf("got %v, %v", list, err)
	}
	for _, text := range []string{
		"change without a reason\n",
		"change\nanother\n\tReason.\n",
		"\treason without a change\n",
		"twice\n\tReason.\ntwice\n\tReason.\n",
	} {
		if _, err := readEquivalents(strings.NewReader(text)); err == nil {
			t.Errorf("accepted: %q", text)
		}
	}
	if _, err := readEquivalents(strings.NewReader(equivalentList)); err != nil {
		t.Errorf("equivalent.txt: %v", err)
	}
}

const detectSource = `package m

type list[T any] []T

var one = []int{1}

const two = 2

func three() int { return 3 }

func four[T any](T, ...int) (n int) { n = 4; return }

func (list[T]) five(_ int, s string) string { return s + "5" }

func six() int { return 6 }
`

const detectTests = `package m

import "testing"

func TestNothing(t *testing.T) {}

func TestAll(t *testing.T) {
	if one[0] != 1 || two != 2 || three() != 3 || four("", 1, 2) != 4 || (list[int]{}).five(0, "x") != "x5" {
		t.Fail()
	}
}
`

// TestMutationsAreDetected tries mutations of each kind of declaration; only the function six is not tested. For a
// mutation that can be switched on, only the tests that reach it run.
func TestMutationsAreDetected(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.26\n", "m.go": detectSource, "m_test.go": detectTests,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	changes := []struct{ old, new, tests string }{
		{"{1}", "{7}", "TestAll TestNothing"}, // variables are set before any test
		{"two = 2", "two = 7", "TestAll TestNothing"},
		{"return 3", "return 7", "TestAll"},
		{"n = 4", "n = 7", "TestAll"},
		{`"5"`, `"7"`, "TestAll"},
		{"return 6", "return 7", ""},
	}
	var mutations []mutation
	for _, change := range changes {
		start := strings.Index(detectSource, change.old)
		mutations = append(mutations, mutation{
			file: filepath.Join(dir, "m.go"), start: start, end: start + len(change.old), old: change.old, new: change.new,
		})
	}
	j, err := newJudge()
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	variants, err := j.variants(mutations)
	if err != nil {
		t.Fatal(err)
	}
	p := &goPackage{ImportPath: "example.com/m", Dir: dir, GoFiles: []string{"m.go"}}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for i, m := range mutations {
		by, err := j.notice(ctx, variants[i], i+1, []*goPackage{p})
		if noticed := by == p; err != nil || noticed != (m.old != "return 6") {
			t.Errorf("%s: noticed: %v, %v", m.old, noticed, err)
		}
		rounds, err := j.selected(ctx, variants[i], i+1, p)
		var names []string
		for _, r := range rounds {
			names = append(names, r.names...)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); err != nil || got != changes[i].tests {
			t.Errorf("%s: the tests that run are %q, %v; want %q", m.old, got, err, changes[i].tests)
		}
		if ownVariant := variants[i].chooser == ""; ownVariant != (m.old == "two = 2") {
			t.Errorf("%s: has its own variant: %v", m.old, ownVariant)
		}
	}
}

// TestSlowTestsRunLast: tests that take long run only if no other test notices a mutation.
func TestSlowTestsRunLast(t *testing.T) {
	r := &reach{took: map[string]time.Duration{
		"TestSlow": 2 * time.Second, "TestQuick": time.Millisecond, "TestAlmostSlow": 299 * time.Millisecond, "TestSlowest": 300 * time.Millisecond,
	}}
	for names, want := range map[string]string{
		"TestSlow TestQuick TestAlmostSlow TestSlowest": "[TestQuick TestAlmostSlow] 300ms [TestSlow TestSlowest] 2.3s",
		"TestSlow": "[TestSlow] 2s",
		"":         "",
	} {
		var got []string
		for _, round := range r.rounds(strings.Fields(names)) {
			got = append(got, fmt.Sprint(round.names, round.usual))
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s: got %s, want %s", names, got, want)
		}
	}
}

func TestCheckerCompiles(t *testing.T) {
	file := write(t, detectSource)
	check, err := newChecker(&goPackage{ImportPath: "fmt", Dir: filepath.Dir(file), GoFiles: []string{filepath.Base(file)}})
	if err != nil {
		t.Fatal(err)
	}
	for with, want := range map[string]bool{"return 7": true, "return x": false, "return": false, "return }": false} {
		start := strings.Index(detectSource, "return 6")
		got, err := check.compiles(mutation{file: file, start: start, end: start + len("return 6"), new: with})
		if err != nil || got != want {
			t.Errorf("%s: compiles: %v, %v", with, got, err)
		}
	}
}

// TestEquivalentsExist: an entry whose code was changed since must be removed or reviewed again.
func TestEquivalentsExist(t *testing.T) {
	list, err := readEquivalents(strings.NewReader(equivalentList))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../..")
	packages, err := listPackages()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		mutations, err := p.mutations()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mutations {
			delete(list, m.change())
		}
	}
	for change := range list {
		t.Errorf("no mutation is %s", change)
	}
}
