package bundle

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestInspectionEndsAfter256KiB checks that the first 256 KiB of a Terraform file are inspected, and no more, whether or
// not the file is read ahead.
func TestInspectionEndsAfter256KiB(t *testing.T) {
	t.Parallel()
	const size = 256 << 10
	const source = `module "m" { source = "../m" }`
	const warning = "Terraform files use modules outside `path`, which are not uploaded (1): \"main.tf\". Set `path` to a parent directory to include them."
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"at the end of a file of 256 KiB":          {text: strings.Repeat(" ", size-len(source)) + source, want: []string{warning}},
		"before the end of a file of 256 KiB":      {text: strings.Repeat(" ", size-2*len(source)) + source, want: []string{warning}},
		"at the end of the first 256 KiB":          {text: strings.Repeat(" ", size-len(source)) + source + "\n", want: []string{warning}},
		"after the first 256 KiB":                  {text: strings.Repeat(" ", size) + source},
		"after the first 256 KiB of a larger file": {text: strings.Repeat(" ", size) + source + strings.Repeat(" ", size)},
	} {
		root := t.TempDir()
		if err := os.WriteFile(filepath.Join(root, "main.tf"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, par := range parallelisms {
			var warned []string
			l, err := List(t.Context(), Options{Root: root, Warn: func(line string) { warned = append(warned, line) }})
			if err != nil {
				t.Fatal(err)
			}
			a, err := l.pack(t.Context(), par)
			if err == nil {
				err = a.Close()
			}
			if err != nil || !slices.Equal(warned, c.want) {
				t.Errorf("%s, %+v: got the warnings %q, %v, want %q", name, par, warned, err, c.want)
			}
		}
	}
}
