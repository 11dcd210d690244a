package github_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
)

// runner is one of several workflow runs that write to the thread concurrently.
type runner struct {
	name    string
	publish func(github.Thread) error

	arrived chan githubtest.Operation // its next request waits to be let through; closed at its end
	pass    chan struct{}
	ended   bool
	err     error
}

// gate blocks the requests of a runner until they are selected.
type gate struct {
	r    *runner
	s    *githubtest.Server
	next http.RoundTripper
}

func (g gate) RoundTrip(r *http.Request) (*http.Response, error) {
	g.r.arrived <- ""
	<-g.r.pass
	return g.next.RoundTrip(r)
}

// interleave runs the runners, one request at a time. choose selects the next of the waiting requests.
// The result has "name: operation" for each request.
func interleave(s *githubtest.Server, thread github.Thread, runners []*runner, choose func(waiting int) int) []string {
	for _, r := range runners {
		r.arrived, r.pass = make(chan githubtest.Operation), make(chan struct{})
		r.ended, r.err = false, nil
		own := thread
		own.HTTP = &http.Client{Transport: gate{r, s, s.Client().Transport}}
		go func() {
			r.err = r.publish(own)
			close(r.arrived)
		}()
		_, more := <-r.arrived
		r.ended = !more
	}
	var trace []string
	for {
		var waiting []*runner
		for _, r := range runners {
			if !r.ended {
				waiting = append(waiting, r)
			}
		}
		if len(waiting) == 0 {
			return trace
		}
		r := waiting[0]
		if len(waiting) > 1 {
			r = waiting[choose(len(waiting))]
		}
		before := len(s.Requests())
		r.pass <- struct{}{}
		_, more := <-r.arrived
		r.ended = !more
		for _, q := range s.Requests()[before:] {
			trace = append(trace, fmt.Sprintf("%s: %s", r.name, q.Operation))
		}
	}
}

// everyOrder calls play with each possible sequence of choices between two runners, and returns the
// number of sequences.
func everyOrder(play func(choose func(int) int)) int {
	var path []int
	for n := 1; ; n++ {
		at := 0
		play(func(int) int {
			if at == len(path) {
				path = append(path, 0)
			}
			at++
			return path[at-1]
		})
		path = path[:at]
		for len(path) > 0 && path[len(path)-1] == 1 {
			path = path[:len(path)-1]
		}
		if len(path) == 0 {
			return n
		}
		path[len(path)-1] = 1
	}
}

// orders returns the number of random orders to try.
func orders() int {
	if os.Getenv("SOAK") != "" {
		return 1000
	}
	return 100
}

// manyOrders calls play with random sequences of choices between two runners or, with SOAK=1, with each possible one.
func manyOrders(play func(choose func(int) int)) int {
	if os.Getenv("SOAK") != "" {
		return everyOrder(play)
	}
	return randomOrders(orders(), play)
}

// randomOrders calls play with n random sequences of choices.
func randomOrders(n int, play func(choose func(int) int)) int {
	random := rand.New(rand.NewPCG(1, 2))
	for range n {
		play(random.IntN)
	}
	return n
}

// of returns a post of a workflow run.
func of(run, body string) github.Post {
	post := say(body)
	post.Order = github.NewOrder(run, "1")
	post.Workspace = "production/network"
	return post
}

func posting(name string, mode github.Mode, post github.Post) *runner {
	return &runner{name: name, publish: func(thread github.Thread) error {
		_, err := thread.Publish(context.Background(), mode, post)
		return err
	}}
}

func failing(name, run string) *runner {
	return &runner{name: name, publish: func(thread github.Thread) error {
		_, err := thread.MarkOutdated(context.Background(), failure(run, "failed in run "+run))
		return err
	}}
}

// shown returns the texts of the action's comments that are not minimized, without hidden lines.
func shown(s *githubtest.Server) []string {
	var all []string
	for _, c := range s.Written(7) {
		if c.Minimized == "" {
			_, text, _ := strings.Cut(c.Body, "\n")
			_, text, _ = strings.Cut(text, "\n")
			all = append(all, text)
		}
	}
	return all
}

// TestConcurrentRuns checks that the report of the newer of two concurrent runs is shown at the end, for any order
// of their requests.
func TestConcurrentRuns(t *testing.T) {
	t.Parallel()
	none := func(github.Thread) {}
	before := func(t *testing.T, mode github.Mode, post github.Post) func(github.Thread) {
		return func(thread github.Thread) { publish(t, thread, mode, post) }
	}
	onlyNewer := func(got []string) bool { return slices.Equal(got, []string{"newer"}) }
	for name, test := range map[string]struct {
		start        func(*testing.T) func(github.Thread)
		older, newer *runner
		want         func(shown []string) bool
	}{
		"update": {
			func(t *testing.T) func(github.Thread) { return before(t, github.Update, of("10", "first")) },
			posting("older", github.Update, of("11", "older")), posting("newer", github.Update, of("12", "newer")), onlyNewer},
		"update of an earlier version's comment": {
			func(t *testing.T) func(github.Thread) { return before(t, github.Update, say("first")) },
			posting("older", github.Update, of("11", "older")), posting("newer", github.Update, of("12", "newer")), onlyNewer},
		"the first comment": {
			func(*testing.T) func(github.Thread) { return none },
			posting("older", github.Update, of("11", "older")), posting("newer", github.Update, of("12", "newer")), onlyNewer},
		"hide and new": {
			func(t *testing.T) func(github.Thread) { return before(t, github.HideAndNew, of("10", "first")) },
			posting("older", github.HideAndNew, of("11", "older")), posting("newer", github.HideAndNew, of("12", "newer")), onlyNewer},
		"new": {
			func(*testing.T) func(github.Thread) { return none },
			posting("older", github.New, of("11", "older")), posting("newer", github.New, of("12", "newer")),
			func(got []string) bool { return onlyNewer(got) || slices.Equal(got, []string{"older", "newer"}) }},
		"the older one fails": {
			func(t *testing.T) func(github.Thread) { return before(t, github.Update, of("10", "first")) },
			failing("older", "11"), posting("newer", github.Update, of("12", "newer")), onlyNewer},
		"the newer one fails": {
			func(t *testing.T) func(github.Thread) { return before(t, github.Update, of("10", "first")) },
			posting("older", github.Update, of("11", "older")), failing("newer", "12"),
			func(got []string) bool {
				return len(got) == 1 && strings.HasPrefix(got[0], "failed in run 12\n") && strings.Count(got[0], "failed") == 1
			}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start, bad := test.start(t), 0
			n := manyOrders(func(choose func(int) int) {
				s := githubtest.New(githubtest.Options{})
				thread := threadOf(s)
				start(thread)
				trace := interleave(s, thread, []*runner{test.older, test.newer}, choose)
				if got := shown(s); !test.want(got) || test.newer.err != nil || !nilOr(test.older.err, github.Superseded) {
					if bad++; bad <= 3 {
						t.Errorf("shown: %q, errors %v and %v after\n%s", got, test.older.err, test.newer.err, strings.Join(trace, "\n"))
					}
				}
			})
			t.Logf("%d of %d ways are bad", bad, n)
		})
	}
}

// TestConcurrentRunsWithoutHistory checks that, if GitHub reports no history, the older run's report
// is shown in one case only: the newer run writes and reads between the older one's last read and its
// write.
func TestConcurrentRunsWithoutHistory(t *testing.T) {
	t.Parallel()
	older, newer := posting("older", github.Update, of("11", "older")), posting("newer", github.Update, of("12", "newer"))
	manyOrders(func(choose func(int) int) {
		s := githubtest.New(githubtest.Options{NoHistory: true})
		thread := threadOf(s)
		publish(t, thread, github.Update, of("10", "first"))
		trace := interleave(s, thread, []*runner{older, newer}, choose)
		if slices.Equal(shown(s), []string{"newer"}) {
			return
		}
		read, wrote := slices.Index(trace, "older: get comment"), slices.Index(trace, "older: edit comment")
		between := strings.Join(trace[read:wrote], " ")
		if !strings.Contains(between, "newer: edit comment newer: history of a comment newer: get comment") {
			t.Errorf("shown: %q after\n%s", shown(s), strings.Join(trace, "\n"))
		}
	})
}

// TestThreeConcurrentRuns checks that the newest of three runs is always shown. Another one may also be
// shown until the next run.
func TestThreeConcurrentRuns(t *testing.T) {
	t.Parallel()
	beside, first := 0, false
	ways := randomOrders(orders(), func(choose func(int) int) {
		runners := []*runner{
			posting("oldest", github.Update, of("9", "oldest")), posting("older", github.Update, of("11", "older")),
			posting("newer", github.Update, of("12", "newer")),
		}
		s := githubtest.New(githubtest.Options{})
		thread := threadOf(s)
		if first = !first; first {
			publish(t, thread, github.Update, of("8", "first"))
		}
		trace := interleave(s, thread, runners, choose)
		got := shown(s)
		if len(got) > 1 {
			beside++
		}
		publish(t, thread, github.Update, of("13", "next"))
		if !slices.Contains(got, "newer") || !slices.Equal(shown(s), []string{"next"}) {
			t.Errorf("shown: %q, then %q after\n%s", got, shown(s), strings.Join(trace, "\n"))
		}
	})
	if beside > ways/100 {
		t.Errorf("an older comment is shown beside the newest in %d of %d ways", beside, ways)
	}
}

func nilOr(err error, kind github.Kind) bool {
	var e *github.Error
	return err == nil || errors.As(err, &e) && e.Kind == kind
}
