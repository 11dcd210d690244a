package step

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAnnotations compares the error annotation of each error code with testdata/annotations.txt: title, advice and exit code.
func TestAnnotations(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, code := range slices.Sorted(maps.Keys(advices)) {
		var log bytes.Buffer
		s, ctx, release := Begin(context.Background(), Env{Stdout: &log, Environ: []string{"GITHUB_ACTIONS=true"}, Version: "test"})
		exit := s.Finish(Explain(ctx, Refuse(code, "Something failed.")), nil)
		release()
		fmt.Fprintf(&got, "%s: exit %d\n%s\n", code, exit, strings.ReplaceAll(log.String(), "%0A", "\n\t"))
	}
	file := filepath.Join("testdata", "annotations.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the annotations are not those of %s (-update rewrites it):\n%s", file, got.String())
	}
}
