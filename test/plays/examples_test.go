package plays

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryExampleIsPlayed checks that a test runs each file in examples.
func TestEveryExampleIsPlayed(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob(filepath.Join("..", "..", "examples", "*.yml"))
	if err != nil || len(examples) == 0 {
		t.Fatalf("got no examples: %v", err)
	}
	var plays strings.Builder
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		plays.Write(content)
	}
	for _, file := range examples {
		if !strings.Contains(plays.String(), `"`+filepath.Base(file)+`"`) {
			t.Errorf("no play names %s", filepath.Base(file))
		}
	}
}
