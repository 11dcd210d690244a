package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDefectsCanBePlanted: a defect whose place is gone shows nothing.
func TestDefectsCanBePlanted(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		text, err := os.ReadFile(filepath.Join("..", "..", "internal", m.file))
		if err != nil || !strings.Contains(string(text), m.old) {
			t.Errorf("%s: %q is not in %s any more (%v)", m.name, m.old, m.file, err)
		}
	}
}
