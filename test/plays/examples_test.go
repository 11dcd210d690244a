package plays

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryExampleRuns checks that a test runs each file in examples.
func TestEveryExampleRuns(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob(filepath.Join("..", "..", "examples", "*.yml"))
	if err != nil || len(examples) == 0 {
		t.Fatalf("got no examples: %v", err)
	}
	var tests strings.Builder
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(content)
	}
	for _, file := range examples {
		if !strings.Contains(tests.String(), `"`+filepath.Base(file)+`"`) {
			t.Errorf("no test runs %s", filepath.Base(file))
		}
	}
}
