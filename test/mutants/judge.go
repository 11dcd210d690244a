package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// judge runs tests against mutations.
type judge struct {
	dir       string   // for overlays and test binaries
	count     int      // variants built
	unchanged *variant // without mutations; nil if it is not needed yet
}

func newJudge() (*judge, error) {
	dir, err := os.MkdirTemp("", "mutants-")
	return &judge{dir: dir}, err
}

func (j *judge) close() { os.RemoveAll(j.dir) }

// notice returns the first of the packages whose tests fail because of a mutation of the variant, or nil if all pass.
func (j *judge) notice(ctx context.Context, v *variant, id int, tests []*goPackage) (*goPackage, error) {
	for _, p := range tests {
		rounds, err := j.selected(ctx, v, id, p)
		if err != nil {
			return nil, err
		}
		for _, r := range rounds {
			out, err := j.test(ctx, v, id, p, r.names, 2*r.usual+10*time.Second)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case err != nil && len(out) == 0:
				return nil, err
			case err != nil:
				return p, nil
			}
		}
	}
	return nil, nil
}

// test runs tests of a package with one mutation of the variant, 0 for none. An error without output means that they
// could not be run.
func (j *judge) test(
	ctx context.Context, v *variant, id int, p *goPackage, names []string, limit time.Duration,
) (output []byte, err error) {
	binary, err := j.binary(ctx, v, p)
	if err != nil {
		return nil, err
	}
	if err := v.choose(id); err != nil {
		return nil, err
	}
	// A mutated loop may allocate without end: the shell limits the memory.
	cmd := j.command(ctx, v, p, "sh", "-c", `ulimit -v 12000000; exec "$@"`, "sh", binary, "-test.short",
		"-test.failfast", "-test.paniconexit0", "-test.timeout="+limit.String(), "-test.run=^("+strings.Join(names, "|")+")$")
	output, err = cmd.CombinedOutput()
	return append(output, '\n'), err
}

// binary compiles the tests of a package with the variant, once.
func (j *judge) binary(ctx context.Context, v *variant, p *goPackage) (string, error) {
	if binary, ok := v.binaries[p.ImportPath]; ok {
		return binary, nil
	}
	binary := filepath.Join(v.dir, strings.ReplaceAll(p.ImportPath, "/", "-")+".test")
	cmd := j.command(ctx, v, p, "go", "test", "-c", "-vet=off", "-ldflags=-w", "-o", binary, p.ImportPath)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("compile the tests of %s: %w\n%s", p.name(), err, bytes.TrimSpace(out))
	}
	v.binaries[p.ImportPath] = binary
	return binary, nil
}

// command returns a command that is killed with its children when the context is done. The overlay is in the
// environment, so that tests that build the program build the mutated one.
func (j *judge) command(ctx context.Context, v *variant, p *goPackage, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -overlay="+v.overlay)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}
