package action_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/scalrsim"
)

// TestOverviewGolden compares the comment after each of five pushes with the files in testdata/overview. The
// third push has no file, because the overview of the fourth supersedes it.
func TestOverviewGolden(t *testing.T) {
	inFleet(t, 5, scalrsim.Scenario{}, func(f *fleet) {
		push := func(letter string) string {
			head := strings.Repeat(letter, 40)
			f.hub.Push(7, head)
			return head
		}
		plan := func(run string, scripts ...scalrsim.RunScript) {
			for i, script := range scripts {
				f.plan(i, script, run, "1")
			}
			time.Sleep(time.Minute)
		}

		// Several workspaces have changes, one of which matches fail-on. One plan fails, and two workspaces are
		// unchanged.
		head := push("a")
		plan("11", creates, destroys, planFails, changesNothing, changesNothing)
		f.play("11", "1", head, `needs={"list":{"result":"success"},"plan":{"result":"failure"}}`, "fail-on=destroy").want(1)
		f.golden("push-1")

		// The failure is fixed. One job fails before it creates its run.
		head = push("b")
		plan("12", creates, changesNothing, creates, changesNothing)
		f.play("12", "1", head, `needs={"list":{"result":"success"},"plan":{"result":"failure"}}`).want(1)
		f.golden("push-2")

		// The fourth push comes during the plans of the third. The overview of the third push runs last and writes
		// nothing.
		third := push("c")
		plan("13", destroys, destroys, destroys, destroys, destroys)
		head = push("d")
		plan("14", changesNothing, changesNothing, changesNothing, changesNothing, changesNothing)
		f.play("14", "1", head, allGood).want(0)
		f.golden("push-4")
		f.play("13", "1", third, allGood).want(0, "comment-url=")
		f.golden("push-4")

		// No workspace is affected any more.
		head = push("e")
		f.play("15", "1", head, "workspaces=[]", `needs={"list":{"result":"success"},"plan":{"result":"skipped"}}`).want(0)
		f.golden("push-5")
	})
}

// commentNonce matches the random word in the hidden part of a comment.
var commentNonce = regexp.MustCompile(`<!-- post [A-Z0-9]+ `)

// golden compares the only comment with a golden file.
func (f *fleet) golden(name string) {
	f.t.Helper()
	list := f.hub.Written(7)
	if len(list) != 1 {
		f.t.Fatalf("%s: %d comments, want 1", name, len(list))
	}
	got := commentNonce.ReplaceAllString(list[0].Body, "<!-- post NONCE ") + "\n"
	goldentest.Compare(f.t, filepath.Join("testdata", "overview", name+".md"), got)
}
