package github_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
)

// TestHiddenLine checks the format of the hidden line, on which other versions of the action rely.
func TestHiddenLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ workspace, want string }{
		"by name":          {"production/network", " workspace=production/network"},
		"by id":            {"ws-v0abc123", " workspace=ws-v0abc123"},
		"none":             {"", ""},
		"ends the comment": {"a-->b/c\n<!-- post", " workspace=a%2D%2D%3Eb/c%0A%3C%21%2D%2D+post"},
		"hyphens":          {"-- --/---", " workspace=%2D%2D+%2D%2D/%2D%2D-"},
		"letters":          {"münchen/北", " workspace=m%C3%BCnchen/%E5%8C%97"},
		"an equals sign":   {"a=b/c run=99", " workspace=a%3Db/c+run%3D99"},
		"too long":         {strings.Repeat("北", 70), " workspace=sha256:36c65fdf5127ca77e49562007c32f258e7ebfd198ee6e3d227fa4a9ce5bc51a9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: shaA}}})
			post := say("text")
			post.Order, post.Head, post.Workspace, post.Closed = github.NewOrder("12", "3"), github.Head{SHA: shaA}, test.workspace, true
			publish(t, thread, github.Update, post)
			_, rest, _ := strings.Cut(s.Written(7)[0].Body, "\n")
			line, _, _ := strings.Cut(rest, "\n")
			line = line[:len("<!-- post ")] + "NONCE" + line[len("<!-- post ")+26:]
			want := "<!-- post NONCE closed run=12 attempt=3 head=" + shaA + test.want + " -->"
			if line != want {
				t.Errorf("got  %s\nwant %s", line, want)
			}
		})
	}
}

// TestLongestHiddenLines checks that the longest lines, note and body fit into a comment.
func TestLongestHiddenLines(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: strings.Repeat("a", 64)}}})
	long := strings.Repeat("n", 400)
	f := failure(strings.Repeat("9", 40), strings.Repeat("🙂", github.MaxNote))
	f.Tag, f.Workspace = long, strings.Repeat("w", 400)
	post := github.Post{Marker: github.Marker("scalr-run", "ws-1", long), Body: strings.Repeat("🙂", github.MaxBody), Workspace: f.Workspace,
		Order: github.NewOrder(strings.Repeat("9", 39)+"8", strings.Repeat("9", 40)), Head: github.Head{SHA: strings.Repeat("a", 64)}}
	publish(t, thread, github.Update, post)
	if _, err := thread.MarkOutdated(context.Background(), f); err != nil {
		t.Fatal(err)
	}
	got := s.Written(7)[0]
	if got.Edits != 1 || !strings.HasSuffix(got.Body, post.Body) {
		t.Errorf("%d edits, and the report is cut", got.Edits)
	}
	var sent struct{ Body string }
	for _, r := range s.Requests() {
		if r.Operation != githubtest.EditComment {
			continue
		}
		if err := json.Unmarshal([]byte(r.Body), &sent); err != nil {
			t.Fatal(err)
		}
		if n := len([]rune(sent.Body)); n > 65_000 {
			t.Errorf("%d characters were sent", n)
		}
	}
}

// TestLimitOfMarkers checks that a marker can have 900 characters, but not more.
func TestLimitOfMarkers(t *testing.T) {
	t.Parallel()
	for size, kind := range map[int]github.Kind{900: "", 901: github.Misused} {
		_, thread := play(t, githubtest.Options{})
		marker := "<!-- " + strings.Repeat("ä", size-len("<!--  -->")) + " -->"
		_, err := thread.Publish(context.Background(), github.Update, github.Post{Marker: marker, Body: "report"})
		wantKind(t, err, kind)
	}
}
