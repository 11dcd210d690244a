package github_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
)

// TestOlderRunIsSuperseded checks that an older run does not rewrite a newer run's comment or add one.
func TestOlderRunIsSuperseded(t *testing.T) {
	t.Parallel()
	type run struct{ id, attempt string }
	for name, test := range map[string]struct {
		first, second run
		writes        bool // the second one
	}{
		"older run":                     {run{"12", "1"}, run{"11", "1"}, false},
		"newer run":                     {run{"11", "1"}, run{"12", "1"}, true},
		"same run":                      {run{"12", "1"}, run{"12", "1"}, true},
		"newer attempt":                 {run{"12", "1"}, run{"12", "2"}, true},
		"older attempt":                 {run{"12", "10"}, run{"12", "9"}, false},
		"newer attempt of an older run": {run{"12", "1"}, run{"11", "3"}, false},
		"more digits":                   {run{"9999999999", "1"}, run{"10000000000", "1"}, true},
		"fewer digits":                  {run{"10000000000", "1"}, run{"9999999999", "1"}, false},
		"the same as float64":           {run{"9007199254740993", "1"}, run{"9007199254740992", "1"}, false},
		"beyond 64 bits":                {run{"18446744073709551617", "1"}, run{"18446744073709551616", "1"}, false},
		"beyond any integer type":       {run{strings.Repeat("9", 40), "1"}, run{strings.Repeat("9", 39) + "8", "1"}, false},
		"leading zeros":                 {run{"0012", "1"}, run{"13", "1"}, true},
		"unknown run":                   {run{"12", "1"}, run{"", ""}, true},
		"a run that is not a number":    {run{"12", "1"}, run{"1e3", "1"}, true},
		"comment of an unknown run":     {run{"", ""}, run{"11", "1"}, true},
		"attempt unknown before":        {run{"12", ""}, run{"12", "1"}, true},
		"attempt unknown now":           {run{"12", "1"}, run{"12", ""}, false},
	} {
		for mode, replaced := range map[github.Mode]string{
			github.Update: "second", github.ChangesOnly: "second", github.New: "first, second", github.HideAndNew: "first (OUTDATED), second",
		} {
			t.Run(name+", "+string(mode), func(t *testing.T) {
				t.Parallel()
				s, thread := play(t, githubtest.Options{})
				post := say("first")
				post.Order = github.NewOrder(test.first.id, test.first.attempt)
				publish(t, thread, mode, post)
				post = say("second")
				post.Order = github.NewOrder(test.second.id, test.second.attempt)
				writes := countWrites(s)
				url, err := thread.Publish(context.Background(), mode, post)
				if test.writes {
					wantKind(t, err, "")
					wantComments(t, s, replaced)
					return
				}
				wantKind(t, err, github.Superseded)
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
	url := publish(t, thread, github.Update, of("12", "newer"))
	_, err := thread.Publish(context.Background(), github.Update, of("11", "older"))
	wantKind(t, err, github.Superseded)
	if want := "workflow run 12 (attempt 1), which is newer than workflow run 11 (attempt 1), has written " + url; err.Error() != want {
		t.Errorf("error:\ngot  %s\nwant %s", err, want)
	}
}

// TestOnlyTheSameSubjectSupersedes checks that comments of other workspaces and tags, and copies by
// others, supersede nothing.
func TestOnlyTheSameSubjectSupersedes(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	for _, keys := range [][]string{{"ws-network", "eu"}, {"ws-other", ""}} {
		post := of("99", "newer")
		post.Marker = github.Marker("scalr-run", keys...)
		post.Workspace = keys[0]
		publish(t, thread, github.Update, post)
	}
	forged := network + "\n<!-- post AAAAAAAAAAAAAAAAAAAAAAAAAA run=99 attempt=1 workspace=production/network -->\nnothing to see"
	s.Say(7, "mallory", forged)
	s.Say(7, "mallory[bot]", forged)
	publish(t, thread, github.Update, of("11", "older"))
	wantComments(t, s, "newer, newer, older")
	if url, err := thread.MarkOutdated(context.Background(), failure("12", "failed")); err != nil || !strings.Contains(url, "1005") {
		t.Errorf("got %q, %v, want the comment 1005", url, err)
	}
}

// TestOlderRunAfterAnApply checks that an older plan creates no comment after an apply.
func TestOlderRunAfterAnApply(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	applied := of("12", "applied")
	applied.Closed = true
	publish(t, thread, github.Update, applied)
	_, err := thread.Publish(context.Background(), github.Update, of("11", "planned"))
	wantKind(t, err, github.Superseded)
	publish(t, thread, github.Update, of("13", "planned again"))
	wantComments(t, s, "applied (closed), planned again")
}

// TestSupersededWhileWaiting checks that a retry decides again: while the older run waits, the newer
// one writes, or there is a push.
func TestSupersededWhileWaiting(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]githubtest.Fault{
		"rate limited":        {Operation: githubtest.EditComment, Status: 429, Header: http.Header{}},
		"trouble":             {Operation: githubtest.EditComment, Status: 502, Header: http.Header{}},
		"a slow list":         {Operation: githubtest.ListComments, Delay: 10 * second},
		"a slow pull request": {Operation: githubtest.GetPull, Delay: 10 * second},
		"a slow comment":      {Operation: githubtest.GetComment, Phase: githubtest.Before, Delay: 10 * second},
		"a slow edit":         {Operation: githubtest.EditComment, Phase: githubtest.Before, Delay: 10 * second},
		"a slow response":     {Operation: githubtest.EditComment, Phase: githubtest.After, Delay: 10 * second},
	} {
		for _, pushed := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", pushed"}[pushed], func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s, thread := play(t, githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: shaA}}})
					publish(t, thread, github.Update, of("10", "first"))
					s.Fail(waiting(fault))
					older, newer := of("11", "older"), of("12", "newer")
					older.Head, newer.Head = github.Head{SHA: shaA}, github.Head{SHA: shaA}
					done := make(chan error, 1)
					go func() {
						_, err := thread.Publish(context.Background(), github.Update, older)
						done <- err
					}()
					time.Sleep(5 * second)
					if pushed {
						s.Push(7, shaB)
						newer.Head.SHA = shaB
					}
					// On another connection, which does not wait.
					publish(t, threadOf(s), github.Update, newer)
					wantComments(t, s, "newer")
					wantKind(t, <-done, github.Superseded)
					wantComments(t, s, "newer")
				})
			})
		}
	}
}

// waiting adds a delay of 20 seconds to a fault. The delay is a date, so that it does not affect other
// clients.
func waiting(f githubtest.Fault) githubtest.Fault {
	if f.Header != nil {
		f.Header = http.Header{"Retry-After": {time.Now().Add(20 * second).UTC().Format(http.TimeFormat)}}
	}
	return f
}

// TestCreationIsSupersededWhileWaiting checks that a retried creation decides again.
func TestCreationIsSupersededWhileWaiting(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]githubtest.Fault{
		"rate limited":    {Operation: githubtest.CreateComment, Status: 429, Header: http.Header{}},
		"lost before":     {Operation: githubtest.CreateComment, Reset: true},
		"lost after":      {Operation: githubtest.CreateComment, Phase: githubtest.After, Reset: true},
		"slow":            {Operation: githubtest.CreateComment, Delay: 10 * second},
		"a slow response": {Operation: githubtest.CreateComment, Phase: githubtest.After, Delay: 10 * second},
		"no response":     {Operation: githubtest.CreateComment, Phase: githubtest.After, Delay: time.Hour},
		"a late comment":  {Operation: githubtest.CreateComment, Phase: githubtest.After, Status: 504, Late: 6 * second},
	} {
		for _, mode := range []github.Mode{github.Update, github.HideAndNew, github.ChangesOnly} {
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
					wantKind(t, <-done, github.Superseded)
					if got := strings.Join(shown(s), ", "); got != "newer" {
						t.Errorf("shown: got %q, want %q of %q", got, "newer", comments(s))
					}
				})
			})
		}
	}
}

// TestSupersededBeforeWrite checks that the older run notices a write of the newer one during its
// request for the pull request, even if it can only read the list.
func TestSupersededBeforeWrite(t *testing.T) {
	t.Parallel()
	for _, mode := range []github.Mode{github.Update, github.New, github.HideAndNew, github.ChangesOnly} {
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
					older.Head, newer.Head = github.Head{SHA: shaA}, github.Head{SHA: shaA}
					done := make(chan error, 1)
					go func() {
						_, err := threadOf(s).Publish(context.Background(), mode, older)
						done <- err
					}()
					time.Sleep(5 * second)
					publish(t, threadOf(s), mode, newer)
					after := comments(s)
					wantKind(t, <-done, github.Superseded)
					if got := comments(s); got != after || !strings.HasSuffix(got, "newer") {
						t.Errorf("comments: got %q, before %q", got, after)
					}
				})
			})
		}
	}
}

// TestRequestsOfOneComment counts the requests: the list, the author, the pull request, the comment (or
// the list) before and after, and the write.
func TestRequestsOfOneComment(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: shaA}}})
	var ops []string
	for _, run := range []string{"10", "11"} {
		post := of(run, run)
		post.Head = github.Head{SHA: shaA}
		before := len(s.Requests())
		publish(t, thread, github.Update, post)
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

// TestManyJobs checks that each of 40 jobs of one workflow run writes its comment, although they write at the same time.
func TestManyJobs(t *testing.T) {
	t.Parallel()
	for _, mode := range []github.Mode{github.New, github.HideAndNew} {
		synctest.Test(t, func(t *testing.T) {
			s := githubtest.New(githubtest.Options{})
			thread := threadOf(s)
			var jobs sync.WaitGroup
			for i := range 40 {
				own := thread
				own.HTTP = &http.Client{Transport: slowTransport{time.Duration(50+7*i) * time.Millisecond, s.Client().Transport}}
				jobs.Go(func() {
					if url, err := own.Publish(context.Background(), mode, of("11", "report")); url == "" || err != nil {
						t.Errorf("%s: job %d: got %q, %v", mode, i, url, err)
					}
				})
			}
			jobs.Wait()
			want := map[github.Mode]int{github.New: 40, github.HideAndNew: 1}[mode]
			if written, visible := len(s.Written(7)), len(shown(s)); written != 40 || visible != want {
				t.Errorf("%s: %d comments, of which %d are shown", mode, written, visible)
			}
		})
	}
}

// TestCreatedMeanwhile checks that a job rewrites the comment that another job of the workflow run has created in the
// meantime, instead of creating a second one, unless the mode wants one for each.
func TestCreatedMeanwhile(t *testing.T) {
	t.Parallel()
	for mode, want := range map[github.Mode]string{
		github.Update: "slow", github.ChangesOnly: "slow", github.New: "fast, slow", github.HideAndNew: "fast (OUTDATED), slow",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := githubtest.New(githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: shaA}}})
			s.Fail(githubtest.Fault{Operation: githubtest.GetPull, Delay: 10 * second})
			slow, fast := of("11", "slow"), of("11", "fast")
			slow.Head, fast.Head = github.Head{SHA: shaA}, github.Head{SHA: shaA}
			done := make(chan error, 1)
			go func() {
				_, err := threadOf(s).Publish(context.Background(), mode, slow)
				done <- err
			}()
			time.Sleep(5 * second)
			publish(t, threadOf(s), mode, fast)
			wantKind(t, <-done, "")
			wantComments(t, s, want)
		})
	}
}

// TestBusyComment checks that a comment that other jobs rewrite all the time is rewritten when they have finished.
func TestBusyComment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, thread := play(t, githubtest.Options{})
		publish(t, thread, github.Update, of("11", "a"))
		busy := &busyTransport{s, s.Written(7)[0], time.Now().Add(600 * time.Millisecond), s.Client().Transport}
		thread.HTTP = &http.Client{Transport: busy}
		publish(t, thread, github.Update, of("11", "b"))
		wantComments(t, s, "b")
	})
}

// slowTransport delays each request.
type slowTransport struct {
	delay time.Duration
	next  http.RoundTripper
}

func (d slowTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(d.delay)
	return d.next.RoundTrip(r)
}

// busyTransport rewrites a comment before each request, as another job of the workflow run does.
type busyTransport struct {
	server  *githubtest.Server
	comment githubtest.Comment
	until   time.Time
	next    http.RoundTripper
}

func (b *busyTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if time.Now().Before(b.until) {
		b.comment.Body += "."
		b.server.Edit(b.comment.ID, b.comment.Login, b.comment.Body)
	}
	return b.next.RoundTrip(r)
}
