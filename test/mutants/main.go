// Command mutants asks whether the tests would notice: it plants one defect
// after the other in a copy of the tree and runs the tests that should see it.
//
//	go run ./test/mutants            # all of them, most of an hour
//	go run ./test/mutants redirect   # those whose name holds the word
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// mutant is one defect: a text of a file and what takes its place.
type mutant struct {
	name     string
	file     string // below internal
	old, new string
	packages []string // whose tests should see it, below internal; the file's own if empty
}

// outcome is what became of a mutant.
type outcome string

const (
	caught   outcome = "caught"
	survived outcome = "SURVIVED"
	unusable outcome = "unusable" // it does not compile, or its place is gone
)

const (
	patience = 5 * time.Minute // for the tests of one package
	wanted   = 0.95
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(words []string) error {
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := copyTree(dir); err != nil {
		return err
	}
	count := map[outcome]int{}
	for _, m := range mutants {
		if len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(m.name, w) }) {
			continue
		}
		began := time.Now()
		what, by := m.try(dir)
		count[what]++
		fmt.Printf("| %s | %s | %s | %s | %.0f s |\n", m.name, m.file, what, by, time.Since(began).Seconds())
	}
	all := count[caught] + count[survived]
	fmt.Printf("\n%d of %d caught (%.0f %%), %d unusable.\n", count[caught], all, 100*float64(count[caught])/float64(max(all, 1)), count[unusable])
	if count[unusable] > 0 || float64(count[caught]) < wanted*float64(all) {
		return errors.New("want 95 % of them caught, and none unusable")
	}
	return nil
}

// copyTree copies what git knows of, and what it does not know yet.
func copyTree(to string) error {
	list, err := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z").Output()
	if err != nil {
		return fmt.Errorf("list the files of the tree: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(list), "\x00"), "\x00") {
		content, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted, and not told to git
		}
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(target), 0o755), os.WriteFile(target, content, 0o644)); err != nil {
			return err
		}
	}
	return nil
}

// try plants the defect, runs the tests, and takes it out again.
func (m mutant) try(dir string) (what outcome, by string) {
	name := filepath.Join(dir, "internal", m.file)
	content, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(content), m.old) {
		return unusable, "its place is gone"
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(content), m.old, m.new, 1)), 0o644); err != nil {
		return unusable, err.Error()
	}
	defer os.WriteFile(name, content, 0o644) // a failure shows in the next one
	packages := m.packages
	if len(packages) == 0 {
		packages = []string{filepath.Dir(m.file)}
	}
	for _, p := range packages {
		if out, err := command(dir, "test", "-short", "-count=1", "-failfast", "-timeout", patience.String(), "./internal/"+p); strings.Contains(out, "[build failed]") {
			return unusable, firstLine(out)
		} else if err != nil {
			return caught, p + ": " + failed(out)
		}
	}
	return survived, strings.Join(packages, ", ")
}

func command(dir string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience+time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "go", args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	return string(out), err
}

// failed names the test that saw the defect.
func failed(out string) string {
	name := "the tests did not end"
	for line := range strings.Lines(out) {
		if _, after, ok := strings.Cut(line, "--- FAIL: "); ok {
			name, _, _ = strings.Cut(after, " ")
		}
	}
	return name
}

func firstLine(out string) string {
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "#") {
			return strings.TrimSpace(line)
		}
	}
	return out
}
