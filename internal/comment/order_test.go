package comment_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/comment"
	"scalr-run-action/internal/comment/githubtest"
)

// A comment is not rewritten, replaced or followed by one of an older run.
func TestOlderRunIsSuperseded(t *testing.T) {
	t.Parallel()
	type run struct{ id, attempt string }
	for name, test := range map[string]struct {
		first, second run
		writes        bool // the second one
	}{
		"older run":                        {run{"12", "1"}, run{"11", "1"}, false},
		"newer run":                        {run{"11", "1"}, run{"12", "1"}, true},
		"same run":                         {run{"12", "1"}, run{"12", "1"}, true},
		"newer attempt":                    {run{"12", "1"}, run{"12", "2"}, true},
		"older attempt":                    {run{"12", "10"}, run{"12", "9"}, false},
		"newer attempt of an older run":    {run{"12", "1"}, run{"11", "3"}, false},
		"more digits":                      {run{"9999999999", "1"}, run{"10000000000", "1"}, true},
		"fewer digits":                     {run{"10000000000", "1"}, run{"9999999999", "1"}, false},
		"a float64 cannot tell them apart": {run{"9007199254740993", "1"}, run{"9007199254740992", "1"}, false},
		"beyond 64 bits":                   {run{"18446744073709551617", "1"}, run{"18446744073709551616", "1"}, false},
		"beyond any integer type":          {run{strings.Repeat("9", 40), "1"}, run{strings.Repeat("9", 39) + "8", "1"}, false},
		"leading zeros":                    {run{"0012", "1"}, run{"13", "1"}, true},
		"unknown run":                      {run{"12", "1"}, run{"", ""}, true},
		"a run that is no number":          {run{"12", "1"}, run{"1e3", "1"}, true},
		"comment of an unknown run":        {run{"", ""}, run{"11", "1"}, true},
		"attempt unknown before":           {run{"12", ""}, run{"12", "1"}, true},
		"attempt unknown now":              {run{"12", "1"}, run{"12", ""}, false},
	} {
		for mode, replaced := range map[comment.Mode]string{
			comment.Update: "second", comment.ChangesOnly: "second", comment.New: "first, second", comment.HideAndNew: "first (OUTDATED), second",
		} {
			t.Run(name+", "+string(mode), func(t *testing.T) {
				t.Parallel()
				s, thread := play(t, githubtest.Options{})
				post := say("first")
				post.Order = comment.NewOrder(test.first.id, test.first.attempt)
				publish(t, thread, mode, post)
				post = say("second")
				post.Order = comment.NewOrder(test.second.id, test.second.attempt)
				writes := countWrites(s)
				url, err := thread.Publish(context.Background(), mode, post)
				if test.writes {
					wantKind(t, err, "")
					wantComments(t, s, replaced)
					return
				}
				wantKind(t, err, comment.Superseded)
				wantComments(t, s, "first")
				if got := countWrites(s); got != writes || url != "" {
					t.Errorf("writes: got %d more, and the address %q", got-writes, url)
				}
			})
		}
	}
}

func countWrites(s *githubtest.Server) int {
	return s.Count(githubtest.CreateComment) + s.Count(githubtest.EditComment) + s.Count(githubtest.Minimize)
}

func TestSupersededNamesTheNewerRun(t *testing.T) {
	t.Parallel()
	_, thread := play(t, githubtest.Options{})
	url := publish(t, thread, comment.Update, of("12", "newer"))
	_, err := thread.Publish(context.Background(), comment.Update, of("11", "older"))
	wantKind(t, err, comment.Superseded)
	if want := "workflow run 12 (attempt 1), which is newer than workflow run 11 (attempt 1), has written " + url; err.Error() != want {
		t.Errorf("error:\ngot  %s\nwant %s", err, want)
	}
}

// Comments of other workspaces and tags, and what others copied, hold nothing up.
func TestOnlyTheSameSubjectSupersedes(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	for _, keys := range [][]string{{"ws-network", "eu"}, {"ws-other", ""}} {
		post := of("99", "newer")
		post.Marker = comment.Marker("scalr-run", keys...)
		post.Workspace = keys[0]
		publish(t, thread, comment.Update, post)
	}
	forged := network + "\n<!-- post AAAAAAAAAAAAAAAAAAAAAAAAAA run=99 attempt=1 workspace=production/network -->\nnothing to see"
	s.Say(7, "mallory", forged)
	s.Say(7, "mallory[bot]", forged)
	publish(t, thread, comment.Update, of("11", "older"))
	wantComments(t, s, "newer, newer, older")
	if url, err := thread.MarkOutdated(context.Background(), failure("12", "failed")); err != nil || !strings.Contains(url, "1005") {
		t.Errorf("got %q, %v, want the comment 1005", url, err)
	}
}

// After an apply an older plan does not start another comment below.
func TestOlderRunAfterAnApply(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	applied := of("12", "applied")
	applied.Closed = true
	publish(t, thread, comment.Update, applied)
	_, err := thread.Publish(context.Background(), comment.Update, of("11", "planned"))
	wantKind(t, err, comment.Superseded)
	publish(t, thread, comment.Update, of("13", "planned again"))
	wantComments(t, s, "applied (closed), planned again")
}

// What is tried again is decided anew: while the older run waits, the newer one
// writes, or somebody pushes.
func TestSupersededWhileWaiting(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]githubtest.Fault{
		"limited":             {Operation: githubtest.EditComment, Status: 429, Header: http.Header{}},
		"trouble":             {Operation: githubtest.EditComment, Status: 502, Header: http.Header{}},
		"a slow list":         {Operation: githubtest.ListComments, Delay: 10 * second},
		"a slow pull request": {Operation: githubtest.GetPull, Delay: 10 * second},
		"a slow comment":      {Operation: githubtest.GetComment, Phase: githubtest.Before, Delay: 10 * second},
		"a slow edit":         {Operation: githubtest.EditComment, Phase: githubtest.Before, Delay: 10 * second},
		"a slow answer":       {Operation: githubtest.EditComment, Phase: githubtest.After, Delay: 10 * second},
	} {
		for _, pushed := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", pushed"}[pushed], func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s, thread := play(t, githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: shaA}}})
					publish(t, thread, comment.Update, of("10", "first"))
					s.Fail(waiting(fault))
					older, newer := of("11", "older"), of("12", "newer")
					older.Head, newer.Head = comment.Head{SHA: shaA}, comment.Head{SHA: shaA}
					done := make(chan error, 1)
					go func() {
						_, err := thread.Publish(context.Background(), comment.Update, older)
						done <- err
					}()
					time.Sleep(5 * second)
					if pushed {
						s.Push(7, shaB)
						newer.Head.SHA = shaB
					}
					// By another connection, which nothing holds up.
					publish(t, threadOf(s), comment.Update, newer)
					wantComments(t, s, "newer")
					wantKind(t, <-done, comment.Superseded)
					wantComments(t, s, "newer")
				})
			})
		}
	}
}

// waiting completes a fault that asks for 20 seconds. It does so by a date, which
// holds up only who was asked.
func waiting(f githubtest.Fault) githubtest.Fault {
	if f.Header != nil {
		f.Header = http.Header{"Retry-After": {time.Now().Add(20 * second).UTC().Format(http.TimeFormat)}}
	}
	return f
}

// A creation that is tried again is decided anew, too.
func TestCreationIsSupersededWhileWaiting(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]githubtest.Fault{
		"limited":        {Operation: githubtest.CreateComment, Status: 429, Header: http.Header{}},
		"lost before":    {Operation: githubtest.CreateComment, Reset: true},
		"lost after":     {Operation: githubtest.CreateComment, Phase: githubtest.After, Reset: true},
		"slow":           {Operation: githubtest.CreateComment, Delay: 10 * second},
		"a slow answer":  {Operation: githubtest.CreateComment, Phase: githubtest.After, Delay: 10 * second},
		"no answer":      {Operation: githubtest.CreateComment, Phase: githubtest.After, Delay: time.Hour},
		"a late comment": {Operation: githubtest.CreateComment, Phase: githubtest.After, Status: 504, Late: 6 * second},
	} {
		for _, mode := range []comment.Mode{comment.Update, comment.HideAndNew, comment.ChangesOnly} {
			t.Run(name+", "+string(mode), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s, thread := play(t, githubtest.Options{})
					s.Fail(waiting(fault))
					done := make(chan error, 1)
					go func() {
						_, err := thread.Publish(context.Background(), mode, of("11", "older"))
						done <- err
					}()
					time.Sleep(second / 2)
					publish(t, threadOf(s), mode, of("12", "newer"))
					wantKind(t, <-done, comment.Superseded)
					if got := strings.Join(shown(s), ", "); got != "newer" {
						t.Errorf("shown: got %q, want %q of %q", got, "newer", tell(s))
					}
				})
			})
		}
	}
}

// While the older run asks for the pull request, the newer one writes. The older
// one looks again, also where it can look at the list only.
func TestSupersededDuringTheLastQuestion(t *testing.T) {
	t.Parallel()
	for _, mode := range []comment.Mode{comment.Update, comment.New, comment.HideAndNew, comment.ChangesOnly} {
		for name, status := range map[string]int{"": 0, ", no single comment": 404, ", nothing but lists": 405} {
			t.Run(string(mode)+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := githubtest.New(githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: shaA}}, NoHistory: status != 0})
					publish(t, threadOf(s), mode, of("10", "first"))
					if status != 0 {
						s.Fail(githubtest.Fault{Operation: githubtest.GetComment, Times: -1, Status: status, Body: `{}`})
					}
					s.Fail(githubtest.Fault{Operation: githubtest.GetPull, Delay: 10 * second})
					older, newer := of("11", "older"), of("12", "newer")
					older.Head, newer.Head = comment.Head{SHA: shaA}, comment.Head{SHA: shaA}
					done := make(chan error, 1)
					go func() {
						_, err := threadOf(s).Publish(context.Background(), mode, older)
						done <- err
					}()
					time.Sleep(5 * second)
					publish(t, threadOf(s), mode, newer)
					after := tell(s)
					wantKind(t, <-done, comment.Superseded)
					if got := tell(s); got != after || !strings.HasSuffix(got, "newer") {
						t.Errorf("comments: got %q, before %q", got, after)
					}
				})
			})
		}
	}
}

// Nothing is written for a commit that is not the head of the pull request.
func TestOtherHead(t *testing.T) {
	t.Parallel()
	payload := func(format string) []byte { return []byte(strings.NewReplacer("A", shaA, "B", shaB).Replace(format)) }
	for name, test := range map[string]struct {
		event comment.Event
		pull  githubtest.Pull // besides its number and its head, which is B
		kind  comment.Kind
		asks  int // for the pull request
	}{
		"pull_request, head":        {comment.Event{Name: "pull_request", SHA: shaC, Ref: "refs/pull/7/merge", Payload: payload(`{"pull_request":{"number":7,"head":{"sha":"B"}}}`)}, githubtest.Pull{}, "", 1},
		"pull_request, older":       {comment.Event{Name: "pull_request", SHA: shaC, Ref: "refs/pull/7/merge", Payload: payload(`{"pull_request":{"number":7,"head":{"sha":"A"}}}`)}, githubtest.Pull{}, comment.Superseded, 1},
		"pull_request_target":       {comment.Event{Name: "pull_request_target", SHA: shaC, Ref: "refs/heads/main", Payload: payload(`{"pull_request":{"number":7,"head":{"sha":"A"}}}`)}, githubtest.Pull{}, comment.Superseded, 1},
		"review":                    {comment.Event{Name: "pull_request_review", Payload: payload(`{"pull_request":{"number":7,"head":{"sha":"A"}}}`)}, githubtest.Pull{}, comment.Superseded, 1},
		"of a fork that is deleted": {comment.Event{Name: "pull_request", Payload: payload(`{"pull_request":{"number":7,"head":{"sha":"A","repo":null}}}`)}, githubtest.Pull{HeadRepo: "deleted"}, comment.Superseded, 1},
		"another pull request":      {comment.Event{Name: "pull_request", SHA: shaA, Ref: "refs/pull/8/merge", Payload: payload(`{"pull_request":{"number":8,"head":{"sha":"A"}}}`)}, githubtest.Pull{}, "", 0},
		"a head of another form":    {comment.Event{Name: "pull_request", Payload: payload(`{"pull_request":{"number":7,"head":{"sha":"../A"}}}`)}, githubtest.Pull{}, "", 0},
		"no payload":                {comment.Event{Name: "pull_request", SHA: shaC, Ref: "refs/pull/7/merge"}, githubtest.Pull{}, "", 0},

		"push to its branch":           {comment.Event{Name: "push", SHA: shaA, Ref: "refs/heads/topic"}, githubtest.Pull{}, comment.Superseded, 1},
		"push to its branch, head":     {comment.Event{Name: "push", SHA: shaB, Ref: "refs/heads/topic"}, githubtest.Pull{}, "", 1},
		"push to another branch":       {comment.Event{Name: "push", SHA: shaA, Ref: "refs/heads/main"}, githubtest.Pull{}, "", 1},
		"push to the same name":        {comment.Event{Name: "push", SHA: shaA, Ref: "refs/heads/topic"}, githubtest.Pull{HeadRepo: "mallory/infra"}, "", 1},
		"push of a tag":                {comment.Event{Name: "push", SHA: shaA, Ref: "refs/tags/topic"}, githubtest.Pull{}, "", 0},
		"workflow_dispatch":            {comment.Event{Name: "workflow_dispatch", SHA: shaA, Ref: "refs/heads/topic"}, githubtest.Pull{}, comment.Superseded, 1},
		"workflow_dispatch on main":    {comment.Event{Name: "workflow_dispatch", SHA: shaA, Ref: "refs/heads/main"}, githubtest.Pull{}, "", 1},
		"comment on it":                {comment.Event{Name: "issue_comment", SHA: shaA, Ref: "refs/heads/main", Payload: payload(`{"issue":{"number":7,"pull_request":{}}}`)}, githubtest.Pull{}, "", 1},
		"merge_group":                  {comment.Event{Name: "merge_group", SHA: shaA, Ref: "refs/heads/gh-readonly-queue/main/pr-7-" + shaB}, githubtest.Pull{}, "", 1},
		"workflow_run":                 {comment.Event{Name: "workflow_run", SHA: shaC, Ref: "refs/heads/main", Payload: payload(`{"workflow_run":{"head_sha":"A","head_branch":"topic","head_repository":{"full_name":"acme/infra"}}}`)}, githubtest.Pull{}, comment.Superseded, 1},
		"workflow_run, head":           {comment.Event{Name: "workflow_run", SHA: shaC, Ref: "refs/heads/main", Payload: payload(`{"workflow_run":{"head_sha":"B","head_branch":"topic","head_repository":{"full_name":"Acme/infra"}}}`)}, githubtest.Pull{}, "", 1},
		"workflow_run of a fork":       {comment.Event{Name: "workflow_run", SHA: shaC, Payload: payload(`{"workflow_run":{"head_sha":"A","head_branch":"topic","head_repository":{"full_name":"octocat/infra"}}}`)}, githubtest.Pull{HeadRepo: "octocat/infra"}, comment.Superseded, 1},
		"workflow_run of another fork": {comment.Event{Name: "workflow_run", SHA: shaC, Payload: payload(`{"workflow_run":{"head_sha":"A","head_branch":"topic","head_repository":{"full_name":"mallory/infra"}}}`)}, githubtest.Pull{HeadRepo: "octocat/infra"}, "", 1},
		"workflow_run, no repository":  {comment.Event{Name: "workflow_run", SHA: shaC, Payload: payload(`{"workflow_run":{"head_sha":"A","head_branch":"topic","head_repository":null}}`)}, githubtest.Pull{}, "", 0},
		"dispatch":                     {comment.Event{Name: "repository_dispatch", SHA: shaC, Ref: "refs/heads/main", Payload: payload(`{"client_payload":{"pull_request":{"number":7,"head":{"sha":"A"}}}}`)}, githubtest.Pull{}, comment.Superseded, 1},
		"dispatch of a number":         {comment.Event{Name: "repository_dispatch", SHA: shaC, Ref: "refs/heads/topic", Payload: payload(`{"client_payload":{"pull_request":7}}`)}, githubtest.Pull{}, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.pull.Number, test.pull.Head = 7, shaB
			s, thread := play(t, githubtest.Options{Pulls: []githubtest.Pull{test.pull}})
			for i, mode := range []comment.Mode{comment.Update, comment.New, comment.HideAndNew, comment.ChangesOnly} {
				post := of(itoa(int64(10+i)), string(mode))
				post.Head = test.event.Head("acme/infra", 7)
				before, asks := countWrites(s), s.Count(githubtest.GetPull)
				_, err := thread.Publish(context.Background(), mode, post)
				wantKind(t, err, test.kind)
				if wrote := countWrites(s) > before; wrote == (test.kind != "") {
					t.Errorf("%s: wrote %t", mode, wrote)
				}
				if got := s.Count(githubtest.GetPull) - asks; got != test.asks {
					t.Errorf("%s: asked for the pull request %d times, want %d", mode, got, test.asks)
				}
			}
		})
	}
}

// A head that cannot be read is not taken for ours.
func TestHeadThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault githubtest.Fault
		kind  comment.Kind
		want  string
	}{
		"no permission": {githubtest.Fault{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}, comment.Forbidden, "read the head of acme/infra#7: GitHub answered 403: Resource not accessible by integration"},
		"no head":       {githubtest.Fault{Status: 200, Body: `{"number":7}`}, comment.Rejected, "read the head of acme/infra#7: GitHub's answer has no head"},
		"not a commit":  {githubtest.Fault{Status: 200, Body: `{"number":7,"head":{"sha":"` + strings.ToUpper(shaA) + `"}}`}, comment.Rejected, "read the head of acme/infra#7: GitHub's answer has no head"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{})
			test.fault.Operation = githubtest.GetPull
			s.Fail(test.fault)
			post := of("11", "a")
			post.Head = comment.Head{SHA: shaA}
			_, err := thread.Publish(context.Background(), comment.Update, post)
			wantKind(t, err, test.kind)
			if err == nil || err.Error() != test.want {
				t.Errorf("error:\ngot  %v\nwant %s", err, test.want)
			}
			wantComments(t, s, "")
		})
	}
}

// The hidden line of a comment is a contract with other versions, too.
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
			post.Order, post.Head, post.Workspace, post.Closed = comment.NewOrder("12", "3"), comment.Head{SHA: shaA}, test.workspace, true
			publish(t, thread, comment.Update, post)
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

// The longest of everything fits into a comment, with a note above it.
func TestLongestHiddenLines(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: strings.Repeat("a", 64)}}})
	long := strings.Repeat("n", 400)
	f := failure(strings.Repeat("9", 40), strings.Repeat("🙂", comment.MaxNote))
	f.Tag, f.Workspace = long, strings.Repeat("w", 400)
	post := comment.Post{Marker: comment.Marker("scalr-run", "ws-1", long), Body: strings.Repeat("🙂", comment.MaxBody), Workspace: f.Workspace,
		Order: comment.NewOrder(strings.Repeat("9", 39)+"8", strings.Repeat("9", 40)), Head: comment.Head{SHA: strings.Repeat("a", 64)}}
	publish(t, thread, comment.Update, post)
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

// What others wrote into our comment by hand is not put back as a newer run's.
func TestEditsByHandAreNotPutBack(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	publish(t, thread, comment.Update, of("10", "first"))
	c := s.Written(7)[0]
	s.Edit(c.ID, "mallory", strings.Replace(c.Body, "run=10", "run=99", 1)+" forged")
	s.Edit(c.ID, "mallory", c.Body)
	publish(t, thread, comment.Update, of("11", "second"))
	wantComments(t, s, "second")
}

// A comment that was outdated is shown again with a new report; one that somebody
// minimized for another reason is not.
func TestRewrittenCommentIsShownAgain(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{"OUTDATED": "second", "OFF_TOPIC": "second (OFF_TOPIC)"} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{})
			publish(t, thread, comment.Update, of("10", "first"))
			s.Minimize(s.Written(7)[0].ID, reason)
			publish(t, thread, comment.Update, of("11", "second"))
			wantComments(t, s, want)
		})
	}
}

// Where the history, or a single comment, cannot be had, the comment is written
// all the same.
func TestWithoutHistory(t *testing.T) {
	t.Parallel()
	missing := func(op githubtest.Operation, status int) githubtest.Fault {
		return githubtest.Fault{Operation: op, Times: -1, Status: status, Body: `{"message":"Not Found"}`}
	}
	for name, faults := range map[string][]githubtest.Fault{
		"no field":     nil,
		"no GraphQL":   {missing(githubtest.History, 404)},
		"no GET":       {missing(githubtest.GetComment, 404)},
		"not allowed":  {missing(githubtest.GetComment, 405)},
		"neither":      {missing(githubtest.GetComment, 404), missing(githubtest.History, 403)},
		"a broken one": {{Operation: githubtest.History, Status: 200, Body: `{"data":{"node":{"body":7}}}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{NoHistory: name == "no field"})
			publish(t, thread, comment.Update, of("10", "first"))
			for _, f := range faults {
				s.Fail(f)
			}
			publish(t, thread, comment.Update, of("11", "second"))
			wantComments(t, s, "second")
		})
	}
}

// A comment that is rewritten again and again by others is given up.
func TestCommentThatKeepsChanging(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	publish(t, thread, comment.Update, of("10", "first"))
	s.Fail(githubtest.Fault{Operation: githubtest.GetComment, Times: -1, Status: 200, Body: `{"body":"another"}`})
	_, err := thread.Publish(context.Background(), comment.Update, of("11", "second"))
	wantKind(t, err, comment.Rejected)
	if got := s.Count(githubtest.GetComment); got != 5 {
		t.Errorf("looks: got %d, want 5", got)
	}
	wantComments(t, s, "first")
}

// What one comment costs: a request for the list, the author, the pull request,
// the comment (or the list) before and after, and the write.
func TestRequestsOfOneComment(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: shaA}}})
	var ops []string
	for _, run := range []string{"10", "11"} {
		post := of(run, run)
		post.Head = comment.Head{SHA: shaA}
		before := len(s.Requests())
		publish(t, thread, comment.Update, post)
		var all []string
		for _, r := range s.Requests()[before:] {
			all = append(all, string(r.Operation))
		}
		ops = append(ops, strings.Join(all, ", "))
	}
	for i, want := range []string{
		"list comments, pull, list comments, create comment, list comments, viewer",
		"list comments, viewer, pull, get comment, edit comment, history of a comment",
	} {
		if ops[i] != want {
			t.Errorf("requests:\ngot  %s\nwant %s", ops[i], want)
		}
	}
}
