package github_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/secret"
)

var network = github.Marker("scalr-run", "ws-network", "")

// play starts a simulated GitHub. The test fails on any objection and on any unused fault.
func play(t *testing.T, o githubtest.Options) (*githubtest.Server, github.Thread) {
	t.Helper()
	s := githubtest.New(o)
	t.Cleanup(func() {
		for _, o := range s.Objections() {
			t.Errorf("GitHub objects: %s", o)
		}
		for _, f := range s.Unused() {
			t.Errorf("the fault was not injected: %+v", f)
		}
	})
	return s, threadOf(s)
}

func threadOf(s *githubtest.Server) github.Thread {
	return github.Thread{
		HTTP: s.Client(), APIURL: s.APIURL(), GraphQLURL: s.GraphQLURL(), Token: secret.New(s.Token()),
		Repository: "acme/infra", Number: 7, UserAgent: "scalr-run-action/test",
	}
}

func publish(t *testing.T, thread github.Thread, mode github.Mode, post github.Post) string {
	t.Helper()
	url, err := thread.Publish(context.Background(), mode, post)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return url
}

// say returns a post for the workspace network.
func say(body string) github.Post {
	return github.Post{Marker: network, Body: body, HasChanges: true}
}

// comments summarizes the token's own comments: the visible texts, with the reason if minimized.
func comments(s *githubtest.Server) string {
	var all []string
	for _, c := range s.Written(7) {
		_, text, _ := strings.Cut(c.Body, "-->\n<!-- post ")
		state, text, _ := strings.Cut(text, "-->\n")
		if strings.Contains(state, " closed ") {
			text += " (closed)"
		}
		if c.Minimized != "" {
			text += " (" + c.Minimized + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

func wantComments(t *testing.T, s *githubtest.Server, want string) {
	t.Helper()
	if got := comments(s); got != want {
		t.Errorf("comments of ours: got %q, want %q", got, want)
	}
}

// TestFivePushes checks that one comment exists over five pushes, although others copy it and responses are lost.
func TestFivePushes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, thread := play(t, githubtest.Options{})
		for i := range 350 {
			s.Say(7, "reviewer", fmt.Sprintf("remark %d", i))
		}
		s.Say(7, "mallory", network+"\n<!-- post AAAAAAAAAAAAAAAAAAAAAAAAAA -->\nlooks valid")

		// The first push: the comment is created, but the response is lost.
		s.Fail(githubtest.Fault{Operation: githubtest.CreateComment, Phase: githubtest.After, Reset: true})
		first := publish(t, thread, github.Update, say("2 to add"))
		wantComments(t, s, "2 to add")
		copied := s.Written(7)[0].Body
		for range 120 {
			s.Say(7, "mallory", copied)
		}

		// The second push: a page of the list is truncated, and the response to the edit is lost.
		s.Fail(githubtest.Fault{Operation: githubtest.ListComments, Skip: 2, Reset: true})
		s.Fail(githubtest.Fault{Operation: githubtest.EditComment, Phase: githubtest.After, Status: 502})
		if got := publish(t, thread, github.Update, say("3 to add")); got != first {
			t.Errorf("address after the second push: got %q, want %q", got, first)
		}
		wantComments(t, s, "3 to add")

		// The third push has the same report: nothing is written.
		edits := s.Count(githubtest.EditComment)
		publish(t, thread, github.Update, say("3 to add\r\n"))
		if got := s.Count(githubtest.EditComment); got != edits {
			t.Errorf("edits without a change: got %d, want %d", got, edits)
		}

		// The fourth push has no changes, the fifth is applied.
		post := say("no changes")
		post.HasChanges = false
		publish(t, thread, github.ChangesOnly, post)
		wantComments(t, s, "no changes")
		post = say("applied")
		post.Closed = true
		publish(t, thread, github.Update, post)
		wantComments(t, s, "applied (closed)")

		for _, c := range s.Comments(7) {
			if c.Login != "github-actions[bot]" && (c.Edits > 0 || c.Minimized != "") {
				t.Errorf("the comment %d of %s was touched", c.ID, c.Login)
			}
		}
	})
}

func TestModes(t *testing.T) {
	t.Parallel()
	closed := say("applied")
	closed.Closed = true
	none := github.Post{Marker: network, Body: "no changes"}
	for name, test := range map[string]struct {
		mode   github.Mode
		posts  []github.Post
		want   string
		silent bool // the last post has no address
	}{
		"update":                          {github.Update, []github.Post{say("a"), say("b")}, "b", false},
		"update without changes":          {github.Update, []github.Post{none}, "no changes", false},
		"update after an apply":           {github.Update, []github.Post{say("a"), closed, say("b"), say("c")}, "applied (closed), c", false},
		"new":                             {github.New, []github.Post{say("a"), say("a")}, "a, a", false},
		"new after an apply":              {github.New, []github.Post{closed, say("b")}, "applied (closed), b", false},
		"hide and new":                    {github.HideAndNew, []github.Post{say("a"), say("b"), say("c")}, "a (OUTDATED), b (OUTDATED), c", false},
		"hide and new after an apply":     {github.HideAndNew, []github.Post{closed, say("b")}, "applied (closed) (OUTDATED), b", false},
		"changes only, none":              {github.ChangesOnly, []github.Post{none}, "", true},
		"changes only, some":              {github.ChangesOnly, []github.Post{say("a")}, "a", false},
		"changes only, none any more":     {github.ChangesOnly, []github.Post{say("a"), none}, "no changes", false},
		"changes only, none after apply":  {github.ChangesOnly, []github.Post{closed, none}, "applied (closed)", true},
		"changes only, again after apply": {github.ChangesOnly, []github.Post{closed, say("b")}, "applied (closed), b", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{})
			var url string
			for _, post := range test.posts {
				url = publish(t, thread, test.mode, post)
			}
			wantComments(t, s, test.want)
			own := s.Written(7)
			want := ""
			if !test.silent {
				want = fmt.Sprintf("https://github.test/acme/infra/pull/7#issuecomment-%d", own[len(own)-1].ID)
			}
			if url != want {
				t.Errorf("address: got %q, want %q", url, want)
			}
		})
	}
}

// TestCommentFormat checks the exact text of a comment, on which other versions of the action rely.
func TestCommentFormat(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	post := github.Post{Marker: github.Marker("scalr-run", "ws-1", "eu west/--x"), Body: "## Plan\r\n`<a>` & ü", Closed: true}
	publish(t, thread, github.New, post)
	got := regexp.MustCompile(`[A-Z2-7]{26}`).ReplaceAllString(s.Requests()[0].Body, "NONCE")
	want := `{"body":"\u003c!-- scalr-run ws-1/eu+west%2F%2D%2Dx --\u003e\n` +
		`\u003c!-- post NONCE closed --\u003e\n## Plan\n` + "`\\u003ca\\u003e` \\u0026 ü" + `"}`
	if got != want {
		t.Errorf("request:\ngot  %s\nwant %s", got, want)
	}
	if got, want := len(s.Requests()), 1; got != want {
		t.Errorf("requests: got %d, want %d", got, want)
	}
}

func TestMarkersDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string][]string{}
	for _, keys := range [][]string{
		{"ws-1", ""}, {"ws-1", "a"}, {"ws-1/a", ""}, {"ws-1", "a b"}, {"ws-1", "a+b"}, {"ws-1", "a%20b"}, {"ws-1", "a -->"},
		{"ws-1", "--"}, {"ws-1", "%2D%2D"}, {"ws-1", "---"}, {"ws-1", "\n"}, {"ws-1", "A"}, {"ws-2", "a"}, {"", "ws-1"},
		{"ws-1", strings.Repeat("北", 100)}, {"ws-1", strings.Repeat("北", 99) + "南"},
	} {
		m := github.Marker("scalr-run", keys...)
		if other, ok := seen[m]; ok {
			t.Errorf("%q and %q have the same marker %s", keys, other, m)
		}
		seen[m] = keys
		inner := strings.TrimSuffix(strings.TrimPrefix(m, "<!--"), "-->")
		if strings.Contains(inner, "--") || strings.ContainsAny(inner, "<>\n") {
			t.Errorf("%q ends its own comment: %s", keys, m)
		}
		if len(m) > 900 {
			t.Errorf("%q is a marker of %d bytes", keys, len(m))
		}
	}
}

// TestSubjectsDoNotCollide runs two jobs with different workspaces, and one with a tag, concurrently.
func TestSubjectsDoNotCollide(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	for push := range 3 {
		var jobs sync.WaitGroup
		for _, subject := range [][]string{{"ws-a", ""}, {"ws-b", ""}, {"ws-a", "eu"}} {
			jobs.Go(func() {
				body := fmt.Sprintf("%s %s push %d", subject[0], subject[1], push)
				_, err := thread.Publish(context.Background(), github.Update, github.Post{Marker: github.Marker("scalr-run", subject...), Body: body})
				if err != nil {
					t.Errorf("publish %s: %v", body, err)
				}
			})
		}
		jobs.Wait()
	}
	got := map[string]bool{}
	for _, text := range strings.Split(comments(s), ", ") {
		got[text] = true
	}
	for _, want := range []string{"ws-a  push 2", "ws-b  push 2", "ws-a eu push 2"} {
		if !got[want] {
			t.Errorf("comments: got %q, want %q among them", comments(s), want)
		}
	}
	if len(got) != 3 {
		t.Errorf("comments: got %d, want 3: %q", len(got), comments(s))
	}
}

// TestDuplicatesAreMinimized checks the comments that two runs created at the same time.
func TestDuplicatesAreMinimized(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	for _, body := range []string{"a", "b", "c"} {
		publish(t, thread, github.New, say(body))
	}
	s.Say(7, "mallory", s.Written(7)[0].Body)
	publish(t, thread, github.Update, say("d"))
	publish(t, thread, github.Update, say("e"))
	wantComments(t, s, "a (OUTDATED), b (OUTDATED), e")
}

func TestManyOlderComments(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	for range 230 {
		publish(t, thread, github.New, say("old"))
	}
	publish(t, thread, github.HideAndNew, say("new"))
	want := strings.Repeat("old (OUTDATED), ", 230) + "new"
	wantComments(t, s, want)
	if got := s.Count(githubtest.Minimize); got != 230 {
		t.Errorf("folded: got %d, want 230", got)
	}
}

// TestPagination checks that the list ends according to the Link header or, without one, with a
// page that is not full.
func TestPagination(t *testing.T) {
	t.Parallel()
	for _, noLink := range []bool{false, true} {
		for _, strangers := range []int{0, 99, 100, 199, 200, 299} {
			t.Run(fmt.Sprintf("%d strangers, no Link %t", strangers, noLink), func(t *testing.T) {
				t.Parallel()
				s, thread := play(t, githubtest.Options{NoLink: noLink})
				for range strangers {
					s.Say(7, "reviewer", "remark")
				}
				publish(t, thread, github.Update, say("a"))
				s.Say(7, "reviewer", "the last word")
				publish(t, thread, github.Update, say("b"))
				wantComments(t, s, "b")
			})
		}
	}
}

// TestEditedByHand checks that an edited comment is still used as long as it has the marker.
func TestEditedByHand(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	s.Say(7, "github-actions[bot]", network+"\r\nsomebody wrote here")
	s.Say(7, "github-actions[bot]", "> "+network+"\n\na quotation is not ours")
	s.Say(7, "github-actions[bot]", "```\n"+network+"\n```")
	publish(t, thread, github.Update, say("a"))
	if got := s.Written(7); len(got) != 3 || got[0].Edits != 1 || got[1].Edits+got[2].Edits != 0 {
		t.Errorf("comments: got %+v, want the first one edited", got)
	}
}
