package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// errDoesNotCompile means that another mutation has to be drawn.
var errDoesNotCompile = errors.New("does not compile")

// judge tries mutations one after the other.
type judge struct {
	dir   string                   // for the overlay
	usual map[string]time.Duration // how long the tests of a package take without a change
}

func newJudge() (*judge, error) {
	dir, err := os.MkdirTemp("", "mutants-")
	return &judge{dir: dir, usual: map[string]time.Duration{}}, err
}

func (j *judge) close() { os.RemoveAll(j.dir) }

// notice returns the first of the packages whose tests fail because of the mutation, and nil if all pass.
func (j *judge) notice(ctx context.Context, m mutation, tests []*goPackage) (*goPackage, error) {
	flags, err := j.overlay(m)
	if err != nil {
		return nil, err
	}
	for _, p := range tests {
		usual, err := j.measure(ctx, p)
		if err != nil {
			return nil, err
		}
		out, err := j.run(ctx, flags, testArguments(p, 3*usual+30*time.Second)...)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && bytes.Contains(out, []byte("[build failed]")):
			return nil, errDoesNotCompile
		case err != nil:
			return p, nil
		}
	}
	return nil, nil
}

// measure runs the tests of a package without a change.
func (j *judge) measure(ctx context.Context, p *goPackage) (time.Duration, error) {
	if usual, ok := j.usual[p.ImportPath]; ok {
		return usual, nil
	}
	began := time.Now()
	if out, err := j.run(ctx, "", testArguments(p, 10*time.Minute)...); err != nil {
		return 0, fmt.Errorf("the tests of %s fail without a mutation: %w\n%s", p.name(), err, out[max(0, len(out)-2000):])
	}
	j.usual[p.ImportPath] = time.Since(began)
	return j.usual[p.ImportPath], nil
}

func testArguments(p *goPackage, timeout time.Duration) []string {
	return []string{"test", "-short", "-failfast", "-vet=off", "-ldflags=-w", "-count=1", "-timeout", timeout.String(), p.ImportPath}
}

// overlay writes the mutated file, and returns the flag that puts it in place of the real one.
func (j *judge) overlay(m mutation) (flag string, err error) {
	src, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	mutated := filepath.Join(j.dir, filepath.Base(m.file))
	if err := os.WriteFile(mutated, m.apply(src), 0o600); err != nil {
		return "", err
	}
	content, err := json.Marshal(map[string]map[string]string{"Replace": {m.file: mutated}})
	if err != nil {
		return "", err
	}
	list := filepath.Join(j.dir, "overlay.json")
	return "-overlay=" + list, os.WriteFile(list, content, 0o600)
}

// run runs the go command and ends it with its children when the context is done. The flags go into the environment, so
// that tests that build the program build the mutated one.
func (j *judge) run(ctx context.Context, flags string, args ...string) (output []byte, err error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" "+flags)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd.CombinedOutput()
}
