// Package repository_test tests the documents, recipes, workflows, releases and the architecture of the repository.
package repository_test

import (
	"fmt"
	"os"
	"testing"
)

// TestMain runs the tests in the repository's root, which is the directory above
// that has an action.yml.
func TestMain(m *testing.M) {
	for range 3 {
		if _, err := os.Stat("action.yml"); err == nil {
			os.Exit(m.Run())
		}
		if err := os.Chdir(".."); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	fmt.Fprintln(os.Stderr, "the root of the repository is not above this directory")
	os.Exit(1)
}
