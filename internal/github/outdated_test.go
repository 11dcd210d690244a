package github_test

import (
	"context"
	"strings"
	"testing"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/secret"
)

// failure returns a run in the workspace network that failed before it knew the workspace's id.
func failure(run, note string) github.Failure {
	return github.Failure{Name: "scalr-run", Workspace: "production/network", Note: note, Order: github.NewOrder(run, "1")}
}

// noted returns the text of a comment with a note above its report.
func noted(note, report string) string {
	return note + "\n\n<!-- the outdated report -->\n\n" + report
}

// TestMarkOutdated checks that the report of an earlier run on the same workspace gets a note, and that
// nothing else is changed or created.
func TestMarkOutdated(t *testing.T) {
	t.Parallel()
	type posts = []github.Post
	post := func(change func(*github.Post)) github.Post {
		p := of("10", "report")
		change(&p)
		return p
	}
	by := func(input string) github.Post { return post(func(p *github.Post) { p.Workspace = input }) }
	marked := func(marker string) github.Post { return post(func(p *github.Post) { p.Marker = marker }) }
	applied := post(func(p *github.Post) { p.Closed = true })
	other := post(func(p *github.Post) {
		p.Marker, p.Workspace = github.Marker("scalr-run", "ws-other", ""), "production/other"
	})

	same := func(*github.Failure) {}
	input := func(workspace string) func(*github.Failure) {
		return func(f *github.Failure) { f.Workspace = workspace }
	}
	id := func(id string) func(*github.Failure) {
		return func(f *github.Failure) { f.Workspace, f.WorkspaceID = id, id }
	}
	tag := func(tag string) func(*github.Failure) { return func(f *github.Failure) { f.Tag = tag } }
	head := func(sha string) func(*github.Failure) { return func(f *github.Failure) { f.Head.SHA = sha } }
	marker := func(keys ...string) string { return github.Marker("scalr-run", keys...) }
	long := strings.Repeat("北", 500)
	for name, test := range map[string]struct {
		before  posts
		failure func(*github.Failure)
		want    []string // the comments with the marker
		kind    github.Kind
	}{
		"no comment":      {nil, same, nil, ""},
		"by name":         {posts{of("10", "report")}, same, []string{noted("note", "report")}, ""},
		"of the same run": {posts{of("12", "report")}, same, []string{noted("note", "report")}, ""},
		"of a newer run":  {posts{of("13", "report")}, same, []string{"report"}, github.Superseded},
		"another input":   {posts{of("10", "report")}, input("production/networks"), []string{"report"}, ""},
		"other letters":   {posts{of("10", "report")}, input("Production/network"), []string{"report"}, ""},
		"no input":        {posts{of("10", "report"), by("")}, input(""), []string{"report", "report"}, ""},
		"no id":           {posts{marked(marker("", ""))}, input("a/b"), []string{"report"}, ""},
		"another tag":     {posts{of("10", "report")}, tag("eu"), []string{"report"}, ""},
		"a tag": {
			posts{marked(marker("ws-network", "eu west/1")), of("10", "other")}, tag("eu west/1"),
			[]string{noted("note", "report"), "other"}, "",
		},
		"comment with a tag":     {posts{marked(marker("ws-network", "eu"))}, same, []string{"report"}, ""},
		"another program":        {posts{marked(github.Marker("scalr-overview", "ws-network", ""))}, same, []string{"report"}, ""},
		"by id":                  {posts{of("10", "report")}, id("ws-network"), []string{noted("note", "report")}, ""},
		"by another id":          {posts{of("10", "report")}, id("ws-other"), []string{"report"}, ""},
		"by id, without a state": {posts{say("report")}, id("ws-network"), []string{noted("note", "report")}, ""},
		"an applied one":         {posts{applied}, same, []string{"report (closed)"}, ""},
		"a plan before an apply": {posts{of("9", "plan"), applied}, same, []string{"plan", "report (closed)"}, ""},
		"the newest of several":  {posts{of("9", "old"), of("10", "report")}, same, []string{"old", noted("note", "report")}, ""},
		"two workspaces":         {posts{of("10", "report"), other}, same, []string{noted("note", "report"), "report"}, ""},
		"a hostile input":        {posts{by("a --> b/c\nd")}, input("a --> b/c\nd"), []string{noted("note", "report")}, ""},
		"a long input":           {posts{by(long + "/x")}, input(long + "/x"), []string{noted("note", "report")}, ""},
		"another long input":     {posts{by(long + "/x")}, input(long + "/y"), []string{"report"}, ""},
		"another head":           {posts{of("10", "report")}, head(shaA), []string{"report"}, github.Superseded},
		"the present head":       {posts{of("10", "report")}, head(shaB), []string{noted("note", "report")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: shaB}}})
			for _, p := range test.before {
				publish(t, thread, github.New, p)
			}
			s.Say(7, "mallory", network+"\n<!-- post AAAAAAAAAAAAAAAAAAAAAAAAAA run=11 attempt=1 workspace=production/network -->\nforged")
			f := failure("12", "note")
			test.failure(&f)
			url, err := thread.MarkOutdated(context.Background(), f)
			wantKind(t, err, test.kind)
			if want := strings.Join(test.want, ", "); comments(s) != want {
				t.Errorf("comments of ours:\ngot  %q\nwant %q", comments(s), want)
			}
			if marked := strings.Contains(comments(s), "note\n"); marked != (url != "") {
				t.Errorf("address: got %q", url)
			}
		})
	}
}

// TestNoteIsReplaced checks that the next note replaces a note, that it is not written twice, and that
// the next report removes it.
func TestNoteIsReplaced(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	mark := func(run, note string) {
		t.Helper()
		if _, err := thread.MarkOutdated(context.Background(), failure(run, note)); err != nil {
			t.Fatalf("mark: %v", err)
		}
	}
	publish(t, thread, github.Update, of("10", "report\n\n<!-- the outdated report -->\n\nwas quoted"))
	mark("11", "first")
	mark("12", "> second")
	wantComments(t, s, noted("> second", "report\n\n<!-- the outdated report -->\n\nwas quoted"))
	if body := s.Written(7)[0].Body; !strings.Contains(body, " outdated run=12 attempt=1 workspace=production/network -->\n> second\n") {
		t.Errorf("the comment is not of run 12: %q", body)
	}
	edits := s.Count(githubtest.EditComment)
	mark("12", "> second")
	if got := s.Count(githubtest.EditComment); got != edits {
		t.Errorf("edits without a change: got %d, want %d", got, edits)
	}
	_, err := thread.Publish(context.Background(), github.Update, of("11", "too late"))
	wantKind(t, err, github.Superseded)
	publish(t, thread, github.Update, of("13", "new"))
	wantComments(t, s, "new")
}

// TestNoteReplacesLongReport checks that a report that is too long for a note is left out as a whole.
func TestNoteReplacesLongReport(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	// Such a report can be of an earlier version, or edited.
	s.Say(7, "github-actions[bot]", network+"\n<!-- post AAAAAAAAAAAAAAAAAAAAAAAAAA workspace=production/network -->\n"+strings.Repeat("x", 64_500))
	if _, err := thread.MarkOutdated(context.Background(), failure("12", strings.Repeat("n", github.MaxNote))); err != nil {
		t.Fatal(err)
	}
	const left = "The outdated report is left out: with this note it is too long for a comment."
	if got := comments(s); strings.Contains(got, "xxx") || !strings.HasSuffix(got, left) {
		t.Errorf("comment: got %.80q…", got)
	}
	refused := githubtest.Fault{Operation: githubtest.EditComment, Status: 422,
		Body: `{"message":"Validation Failed","errors":[{"message":"Body is too long"}]}`}
	publish(t, thread, github.Update, of("13", "report"))
	s.Fail(refused)
	if _, err := thread.MarkOutdated(context.Background(), failure("14", "note")); err != nil {
		t.Fatal(err)
	}
	wantComments(t, s, noted("note", "The outdated report is left out: with this note it is too long for a comment."))
	_, err := thread.MarkOutdated(context.Background(), failure("15", strings.Repeat("n", github.MaxNote+1)))
	wantKind(t, err, github.TooLong)
}

func TestNoteIsRedacted(t *testing.T) {
	t.Parallel()
	const canary = "tok-4hG7kQ2vZr9LxWm1"
	s, thread := play(t, githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: shaC}}})
	redactor := new(secret.Redactor)
	redactor.Add(secret.New(canary), secret.New(shaC))
	thread.Redact = redactor.String
	post := of("10", "report")
	post.Workspace, post.Head = "a/"+canary, github.Head{SHA: shaC}
	post.Marker = github.Marker("scalr-run", "ws-network", canary)
	publish(t, thread, github.Update, post)
	f := failure("11", "note of "+canary)
	f.Workspace, f.Head, f.Tag = post.Workspace, post.Head, canary
	if url, err := thread.MarkOutdated(context.Background(), f); err != nil || url == "" {
		t.Errorf("got %q, %v", url, err)
	}
	wantComments(t, s, noted("note of ***", "report"))
	for _, r := range s.Requests() {
		for _, hidden := range []string{canary, shaC} {
			if strings.Contains(r.Body, hidden) {
				t.Errorf("%s was sent: %s", hidden, r.Body)
			}
		}
	}
}

// TestMarkOutdatedRefused checks that a refusal of the note is an error.
func TestMarkOutdatedRefused(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	publish(t, thread, github.Update, of("10", "report"))
	s.Fail(githubtest.Fault{Operation: githubtest.EditComment, Status: 403, Body: `{"message":"Resource not accessible by integration"}`})
	_, err := thread.MarkOutdated(context.Background(), failure("11", "note"))
	wantKind(t, err, github.Forbidden)
	wantComments(t, s, "report")

	// The comment was deleted between the list and the edit.
	id := s.Written(7)[0].ID
	s.Fail(githubtest.Fault{Operation: githubtest.GetComment, Status: 404, Body: `{"message":"Not Found"}`})
	s.Fail(githubtest.Fault{Operation: githubtest.EditComment, Status: 404, Body: `{"message":"Not Found"}`})
	if url, err := thread.MarkOutdated(context.Background(), failure("11", "note")); err != nil || !strings.Contains(url, itoa(id)) {
		t.Errorf("got %q, %v", url, err)
	}
}
