package step

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/goldentest"
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
	goldentest.Compare(t, filepath.Join("testdata", "annotations.txt"), got.String())
}
