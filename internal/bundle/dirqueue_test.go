package bundle

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestListingOfManyDirectories checks that directories that are read ahead are listed completely, also one that does not fit
// into the buffer of a batch.
func TestListingOfManyDirectories(t *testing.T) {
	t.Parallel()
	names := append(many(3000, "big/"+strings.Repeat("x", 60)+"%d"), "main.tf")
	for i := range 3 * manyDirs {
		names = append(names, fmt.Sprintf("a%d/main.tf", i), fmt.Sprintf("a%d/b%d/c/d.tf", i, i%7), fmt.Sprintf("a%d/empty/", i))
	}
	root := makeTree(t, names...)
	var want, got []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, name)
		if d.IsDir() {
			rel += "/"
		}
		want = append(want, rel)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := List(t.Context(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, "./")
	for e, err := range l.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("listed %d entries, want %d", len(got), len(want))
	}
}

// TestDirQueue checks the order of the directories, that only the directory that cannot be read has an error, and that only the
// one that does not fit into a batch is not read ahead.
func TestDirQueue(t *testing.T) {
	t.Parallel()
	tr, err := openTree(makeTree(t, append(many(1500, "large/"+strings.Repeat("x", 60)+"%d"), "d/f", "d/g/")...))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	const n, missing, large = manyDirs + 3*batchDirs, batchDirs + 3, 2*batchDirs + 1
	q := &dirQueue{ctx: t.Context(), tree: tr}
	for i := range n {
		source, ok := map[int]string{missing: "missing", large: "large"}[i]
		if !ok {
			source = "d"
		}
		q.add(pendingDir{dir: uint32(i), source: source})
	}
	for i := range n {
		d, entries, ok := q.next()
		if !ok || d.dir != uint32(i) {
			t.Fatalf("directory %d: got %d, %t", i, d.dir, ok)
		}
		if entries.skipped {
			if i != large {
				t.Errorf("directory %d was not read ahead", i)
			}
			continue
		}
		var kinds []kind
		err := entries.each(func(_ []byte, k kind) error { kinds = append(kinds, k); return nil })
		slices.Sort(kinds)
		if i == missing && errors.Is(err, fs.ErrNotExist) && len(kinds) == 0 {
			continue
		}
		if err != nil || !slices.Equal(kinds, []kind{kindFile, kindDir}) {
			t.Errorf("directory %d: got %v, %v", i, kinds, err)
		}
	}
	if _, _, ok := q.next(); ok {
		t.Error("there is another directory")
	}
	q.close()
}

// TestDirQueueAfterEnd checks that no directory is read ahead after the context has ended.
func TestDirQueueAfterEnd(t *testing.T) {
	t.Parallel()
	tr, err := openTree(makeTree(t, "d/f"))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q := &dirQueue{ctx: ctx, tree: tr}
	defer q.close()
	for range manyDirs {
		q.add(pendingDir{source: "d"})
	}
	for range manyDirs {
		if _, entries, ok := q.next(); !ok || !entries.skipped {
			t.Fatal("a directory was read, or is missing")
		}
	}
}

// TestDirQueueCloses checks that close waits for the readers, although directories remain.
func TestDirQueueCloses(t *testing.T) {
	t.Parallel()
	tr, err := openTree(makeTree(t, "d/f"))
	if err != nil {
		t.Fatal(err)
	}
	q := &dirQueue{ctx: t.Context(), tree: tr}
	for range 10 * manyDirs {
		q.add(pendingDir{source: "d"})
	}
	if _, entries, ok := q.next(); !ok || entries.skipped || entries.err != nil {
		t.Fatalf("the first directory: %t, skipped %t, %v", ok, entries.skipped, entries.err)
	}
	q.close()
	tr.close()
	for _, s := range q.pool.ring {
		if n := len(s.batch.results); n != batchDirs {
			t.Errorf("a batch has %d results", n)
		}
	}
}
