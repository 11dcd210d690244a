package main

import (
	"context"
	"encoding/json"
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
	flag, err := j.overlay(mutation{file: file, start: 18, end: 19, new: "2"})
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(strings.TrimPrefix(flag, "-overlay="))
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
	for _, text := range []string{"change without a reason\n", "change\nanother\n\tReason.\n", "\treason without a change\n"} {
		if _, err := readEquivalents(strings.NewReader(text)); err == nil {
			t.Errorf("accepted: %q", text)
		}
	}
	if _, err := readEquivalents(strings.NewReader(equivalentList)); err != nil {
		t.Errorf("equivalent.txt: %v", err)
	}
}

// TestNotice tries three mutations of a package: one that its test notices, one that it does not, one that does not compile.
func TestNotice(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"go.mod":    "module example.com/m\n\ngo 1.26\n",
		"m.go":      "package m\n\nfunc one() int { return 1 }\n\nfunc two() int { return 2 }\n",
		"m_test.go": "package m\n\nimport \"testing\"\n\nfunc TestOne(t *testing.T) {\n\tif one() != 1 {\n\t\tt.Fail()\n\t}\n}\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	j, err := newJudge()
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	p := &goPackage{ImportPath: "example.com/m"}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	at := func(old, with string) mutation {
		start := strings.Index(files["m.go"], old)
		return mutation{file: filepath.Join(dir, "m.go"), start: start, end: start + len(old), new: with}
	}
	if by, err := j.notice(ctx, at("return 1", "return 3"), []*goPackage{p}); by != p || err != nil {
		t.Errorf("a change that the test notices: %v, %v", by, err)
	}
	if by, err := j.notice(ctx, at("return 2", "return 3"), []*goPackage{p}); by != nil || err != nil {
		t.Errorf("a change that no test notices: %v, %v", by, err)
	}
	if _, err := j.notice(ctx, at("return 2", "return x"), []*goPackage{p}); err != errDoesNotCompile {
		t.Errorf("a change that does not compile: %v", err)
	}
}
