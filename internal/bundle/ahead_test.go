package bundle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/contexttest"
	"scalr-run-action/internal/dirtest"
)

// makeCheckout creates a checkout of 200 files: small, empty, larger than a batch and executable ones, a few links, and
// a hard link to a file that is excluded.
func makeCheckout(t *testing.T) (root string) {
	root = dirtest.InMemory(t)
	for i := range 200 {
		name := filepath.Join(root, fmt.Sprintf("m%d/f%03d.tf", i%7, i))
		size := []int{0, 1, 511, 512, 4000, 9000}[i%6]
		if i%40 < 3 {
			size = []int{batchBytes, batchBytes + 1, 600_000}[i%40]
		}
		mode := os.FileMode(0o600 + i%2*0o100)
		err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, bytes.Repeat([]byte{byte('a' + i%26)}, size), mode))
		if err == nil && i%20 == 0 {
			err = os.Symlink(filepath.Base(name), name+".link")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	state := filepath.Join(root, "old.tfstate")
	if err := errors.Join(os.WriteFile(state, []byte("{}"), 0o600), os.Link(state, filepath.Join(root, "m1/hard.tf"))); err != nil {
		t.Fatal(err)
	}
	return root
}

func listFor(t *testing.T, root string, debug func(string)) *Listing {
	t.Helper()
	l, err := List(t.Context(), Options{Root: root, Temp: []string{dirtest.InMemory(t)}, Debug: debug})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var parallelisms = []parallelism{{workers: 1, inline: 3}, {readers: 1, workers: 1}, {readers: 2, workers: 2}, {readers: 50, workers: 50}}

func TestSameBytesWithAnyParallelism(t *testing.T) {
	t.Parallel()
	root := makeCheckout(t)
	var want string
	for _, par := range parallelisms {
		var debug []string
		l := listFor(t, root, func(line string) { debug = append(debug, line) })
		a, err := l.pack(t.Context(), par)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(a.SHA256, a.Files, a.Bytes, a.Largest(), debug)
		if want == "" {
			want = got
		}
		if a.Files != 200 || strings.Contains(got, "hard.tf") {
			t.Errorf("%+v: got %d files, want the 200 files without the hard link", par, a.Files)
		}
		if got != want {
			t.Errorf("%+v: the archive or listing differs from that of %+v", par, parallelisms[0])
		}
		a.Close()
	}
}

func TestChangedFileIsNamed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(file string) error{
		"it was removed":  os.Remove,
		"it was replaced": func(file string) error { return errors.Join(os.Remove(file), os.Mkdir(file, 0o755)) },
	} {
		for _, par := range parallelisms {
			root := makeCheckout(t)
			l := listFor(t, root, nil)
			if err := change(filepath.Join(root, "m2/f100.tf")); err != nil {
				t.Fatal(err)
			}
			_, err := l.pack(t.Context(), par)
			var e *Error
			if !errors.As(err, &e) || e.Code != Changed || e.Path != "m2/f100.tf" || !strings.Contains(err.Error(), name) {
				t.Errorf("%+v: got %v, want %q for m2/f100.tf", par, err, name)
			}
		}
	}
}

func TestPackStopsWithItsContext(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	for _, par := range parallelisms {
		ctx, cancel := context.WithCancelCause(t.Context())
		l := listFor(t, makeCheckout(t), func(line string) {
			if strings.Contains(line, `"m2/f100.tf"`) {
				cancel(stop)
			}
		})
		if a, err := l.pack(ctx, par); a != nil || !errors.Is(err, stop) {
			t.Errorf("%+v: got %v and %v, want the cause of the context", par, a, err)
		}
	}
}

// TestReadersLeaveFilesAfterTheEnd checks that a file that is not read because the context has ended is left to the packer,
// which reports the reason, and is not taken for an empty one.
func TestReadersLeaveFilesAfterTheEnd(t *testing.T) {
	t.Parallel()
	l := listFor(t, makeCheckout(t), nil)
	tr, err := openTree(l.options.Root)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := l.readAhead(ctx, tr, 2)
	defer a.close()
	for _, e := range l.entries {
		if f := a.next(); !f.skipped {
			t.Fatalf("%s: got %+v, want it to be skipped", l.source(e), f)
		}
	}
}

// TestPackingLeavesNothingRunning checks that no goroutine remains after packing, with or without an error. Otherwise
// synctest fails.
func TestPackingLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]string{"every file": "", "the first file is missing": "m0/f000.tf", "the last file is missing": "m3/f199.tf"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := makeCheckout(t)
			l := listFor(t, root, nil)
			if gone != "" {
				if err := os.Remove(filepath.Join(root, gone)); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Test(t, func(t *testing.T) {
				for _, par := range parallelisms {
					a, err := l.pack(contexttest.Endless(), par)
					if (err != nil) != (gone != "") {
						t.Errorf("%+v: got %v", par, err)
					}
					if a != nil {
						a.Close()
					}
				}
			})
		})
	}
}
