//go:build linux

// Package bench compares the packer with other packers and with its goals:
//
//	go test -bench . -benchtime 5x -timeout 60m
//
// Each round runs each packer once, in its own process, one after the other, so that noise on the machine affects all
// packers alike. The trees are generated. The environment variable PACK_TREES may name a directory that contains some of
// them by name (module, repository, large, ignored, copies, zips); these are used instead.
package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"scalr-run-action/bench/trees"
)

// packers lists the packers and the trees that they skip. Only bundle and go-slug support ignore files.
// Python needs minutes for the largest tree.
var packers = []struct {
	name  string
	tools []string
	skips []string
}{
	{name: "bundle"},
	{name: "go-slug"},
	{name: "tar", tools: []string{"tar", "gzip"}, skips: []string{"ignored"}},
	{name: "python", tools: []string{"python3"}, skips: []string{"ignored", "copies"}},
}

// run contains the measurements of one packer in one round.
type run struct {
	wall, cpu float64 // seconds
	size      int64
	peakKiB   int
}

func BenchmarkPack(b *testing.B) {
	packdir := filepath.Join(b.TempDir(), "packdir")
	build := exec.Command("go", "build", "-o", packdir, "./packdir")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // like the image; the C library takes time to load
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build packdir: %v\n%s", err, out)
	}
	t := table{}
	for _, tree := range trees.All {
		b.Run(tree.Name, func(b *testing.B) { t.add(measure(b, packdir, tree)) })
	}
	fmt.Print(t.String())
}

// measure runs the benchmark of one tree.
func measure(b *testing.B, packdir string, tree trees.Tree) result {
	dir, out := directory(b, tree), b.TempDir()
	r := result{tree: tree, runs: map[string][]run{}}
	writeArchive(b, packdir, dir, filepath.Join(out, "archive"))
	round := func() {
		for _, p := range packers {
			if installed(p.tools) && !slices.Contains(p.skips, tree.Name) {
				r.runs[p.name] = append(r.runs[p.name], runPacker(b, packdir, p.name, dir, filepath.Join(out, p.name)))
			}
		}
		r.limits = append(r.limits, limit(b, packdir, dir, filepath.Join(out, "archive")))
	}
	round() // fills the page cache
	r.runs, r.limits = map[string][]run{}, nil
	for b.Loop() {
		round()
	}
	r.report(b)
	return r
}

func directory(b *testing.B, tree trees.Tree) string {
	if custom := filepath.Join(os.Getenv("PACK_TREES"), tree.Name); os.Getenv("PACK_TREES") != "" {
		if real, err := filepath.EvalSymlinks(custom); err == nil {
			return real
		}
	}
	dir := filepath.Join(b.TempDir(), tree.Name)
	if err := tree.Make(dir); err != nil {
		b.Fatal(err)
	}
	return dir
}

func installed(tools []string) bool {
	return !slices.ContainsFunc(tools, func(tool string) bool {
		_, err := exec.LookPath(tool)
		return err != nil
	})
}

func runPacker(b *testing.B, packdir, name, dir, archive string) run {
	b.Helper()
	cmd := exec.Command(packdir, name, dir, archive)
	switch name {
	case "tar":
		cmd = exec.Command("tar", "czf", archive, "-C", dir, ".")
	case "python":
		cmd = exec.Command("python3", "-c", "import sys, tarfile; tarfile.open(sys.argv[2], 'w:gz').add(sys.argv[1], '.')", dir, archive)
	}
	unix.Sync() // the write-back of the previous archive would delay this packer
	start := time.Now()
	stdout, err := cmd.Output()
	wall := time.Since(start)
	if err != nil {
		b.Fatalf("%s: %v", name, err)
	}
	r := run{wall: wall.Seconds(), cpu: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()}
	if cmd.Path == packdir {
		var p struct {
			Bytes   int64
			PeakKiB int
		}
		if err := json.Unmarshal(stdout, &p); err != nil {
			b.Fatal(err)
		}
		r.size, r.peakKiB = p.Bytes, p.PeakKiB
		return r
	}
	info, err := os.Stat(archive)
	if err != nil {
		b.Fatal(err)
	}
	r.size = info.Size()
	return r
}

// writeArchive writes the archive of bundle, which limit reads.
func writeArchive(b *testing.B, packdir, dir, archive string) {
	b.Helper()
	cmd := exec.Command(packdir, "bundle", dir, archive)
	cmd.Env = append(os.Environ(), "PACKDIR_KEEP=1")
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
}

// limit returns the minimum time of a packing process in seconds: its startup, and the unavoidable work
// divided by the number of processors.
func limit(b *testing.B, packdir, dir, archive string) float64 {
	b.Helper()
	start := runPacker(b, packdir, "nothing", dir, archive)
	stdout, err := exec.Command(packdir, "limit", dir, archive).Output()
	if err != nil {
		b.Fatal(err)
	}
	var r struct{ CPU float64 }
	if err := json.Unmarshal(stdout, &r); err != nil {
		b.Fatal(err)
	}
	return start.wall + r.CPU/float64(runtime.NumCPU())
}
