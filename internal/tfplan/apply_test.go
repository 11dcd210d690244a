package tfplan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCompletedChanges: a change counts as completed by what follows its address, not by
// the text of a key or of a provisioner.
func TestCompletedChanges(t *testing.T) {
	t.Parallel()
	log := NewLog(nil)
	_, _ = log.Write([]byte(`a.b["k: Creation complete after 1s"]: Creating...
a.b["k: Creation complete after 1s [id=x]"]: Creation complete after 2s [id=1]
a.b["x (local-exec): y"]: Modifications complete after 0s [id=1]
a.c (local-exec): a.d: Creation complete after 1s
a.c: Importing... [id=i]
a.c: Import complete [id=i]
module.m["a b"].a.d (deposed object abcd1234): Destruction complete after 1s
  a.e: Creation complete after 1s
a.f Creation complete after 1s
Import complete [id=i]
`))
	want := []Done{
		{`a.b["k: Creation complete after 1s [id=x]"]`, "created"},
		{`a.b["x (local-exec): y"]`, "changed"},
		{"a.c", "imported"},
		{`module.m["a b"].a.d (deposed object abcd1234)`, "destroyed"},
	}
	if d := cmp.Diff(log.Apply().Done, want); d != "" {
		t.Errorf("got -, want +:\n%s", d)
	}
}
