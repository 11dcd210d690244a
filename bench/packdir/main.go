//go:build linux

// Command packdir packs a directory with one of several packers and reports the time and memory. The benchmark runs it as
// a separate process for each measurement, so that startup and peak memory count.
//
//	packdir bundle|go-slug|nothing|limit DIRECTORY ARCHIVE
//
// With limit it packs nothing, but measures the unavoidable work for an archive that bundle wrote. With nothing it only
// starts and exits.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hashicorp/go-slug"

	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/process"
)

// Report is the output of packdir, in JSON.
type Report struct {
	Files   int
	Bytes   int64 // size of the archive
	PeakKiB int   // the maximum resident memory
	CPU     float64
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: packdir bundle|go-slug|nothing|limit DIRECTORY ARCHIVE")
		os.Exit(2)
	}
	process.SetMemory() // as the program does
	r, err := run(os.Args[1], os.Args[2], os.Args[3])
	if err == nil {
		r.PeakKiB = peak()
		err = json.NewEncoder(os.Stdout).Encode(r)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "packdir:", err)
		os.Exit(1)
	}
}

func run(packer, dir, archive string) (Report, error) {
	switch packer {
	case "bundle":
		return packBundle(dir, archive)
	case "go-slug":
		return packSlug(dir, archive)
	case "nothing":
		return Report{}, nil
	case "limit":
		cpu, err := limit(dir, archive)
		return Report{CPU: cpu}, err
	}
	return Report{}, fmt.Errorf("unknown packer %q", packer)
}

// packBundle packs the directory in memory, as the action does. If PACKDIR_KEEP is set, it also writes the
// archive to a file for limit.
func packBundle(dir, archive string) (Report, error) {
	ctx := context.Background()
	l, err := bundle.List(ctx, bundle.Options{Root: dir, Path: ".", Temp: []string{filepath.Dir(archive)}})
	if err != nil {
		return Report{}, err
	}
	a, err := l.Pack(ctx)
	if err != nil {
		return Report{}, err
	}
	defer a.Close()
	r := Report{Files: a.Files, Bytes: a.Compressed}
	if os.Getenv("PACKDIR_KEEP") == "" {
		return r, nil
	}
	f, err := os.Create(archive)
	if err != nil {
		return r, err
	}
	defer f.Close()
	_, err = io.Copy(f, a.Reader())
	return r, err
}

func packSlug(dir, archive string) (Report, error) {
	f, err := os.Create(archive)
	if err != nil {
		return Report{}, err
	}
	defer f.Close()
	meta, err := slug.Pack(dir, f, true)
	if err != nil {
		return Report{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return Report{}, err
	}
	return Report{Files: len(meta.Files), Bytes: info.Size()}, nil
}

// peak returns the peak resident memory of this process in KiB. The value that wait4 reports for a child also
// includes its parent's memory.
func peak() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	n, _ := strconv.Atoi(strings.Fields(after + " 0")[0])
	return n
}
