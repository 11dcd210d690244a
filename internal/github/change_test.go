package github_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/secret"
)

// sha returns a commit of 40 equal letters.
func sha(letter string) string { return strings.Repeat(letter, 40) }

var none = strings.Repeat("0", 40)

// files parses contents by path of the form "a=1 b=2".
func files(text string) map[string]string {
	all := map[string]string{}
	for _, f := range strings.Fields(text) {
		name, content, _ := strings.Cut(f, "=")
		all[name] = strings.ReplaceAll(content, "_", " ")
	}
	return all
}

func numbered(n int) map[string]string {
	all := map[string]string{}
	for i := range n {
		all[fmt.Sprintf("n/%04d", i)] = "x"
	}
	return all
}

// repository has the branch main with the commits a and b, a branch from a with c and d, and commits
// for pushes and resets.
func repository() *githubtest.Server {
	s := githubtest.New(githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: sha("d"), BaseSHA: sha("b"), HeadRef: "topic"}}})
	for _, c := range []githubtest.Commit{
		{SHA: sha("a"), Files: files("app/x=1 db/x=1 old/x=7 lib=commit_1 cur=->_v1")},
		{SHA: sha("b"), Parents: []string{sha("a")}, Files: files("app/x=2 db/x=1 old/x=7 lib=commit_1 cur=->_v1")},
		{SHA: sha("c"), Parents: []string{sha("a")}, Files: files("app/x=1 db/x=2 old/x=7 lib=commit_1 cur=->_v1")},
		{SHA: sha("d"), Parents: []string{sha("c")}, Files: files("app/x=1 db/x=2 new/x=7 lib=commit_2 cur=->_v2")},
		{SHA: sha("e"), Parents: []string{sha("b"), sha("d")}, Files: files("app/x=2 db/x=2 new/x=7 lib=commit_2 cur=->_v2")}, // d merged into b
		{SHA: sha("f"), Files: files("app/x=1 db/x=1")},                                                                       // another history
		{SHA: sha("1"), Parents: []string{sha("a")}, Files: merge(files("app/x=1"), numbered(297))},                           // 300 changes
		{SHA: sha("2"), Parents: []string{sha("a")}, Files: merge(files("app/x=1 db/x=1 old/x=7 lib=commit_1 cur=->_v1"), numbered(299))},
		{SHA: sha("3"), Parents: []string{sha("a")}, Files: merge(files("app/x=1 db/x=1 old/x=7 lib=commit_1 cur=->_v1 z=1"), numbered(300))},
		{SHA: sha("4"), Parents: []string{sha("a")}, Files: merge(files("app/x=1 db/x=1 old/x=7 lib=commit_1 cur=->_v1 z=1"), numbered(3000))},
		{SHA: sha("5"), Parents: []string{sha("b")}, Files: files("app/x=2 db/x=1 old/x=8 lib=commit_1 cur=->_v1")}, // first entry of a merge queue
		{SHA: sha("6"), Parents: []string{sha("5")}, Files: files("app/x=2 db/x=3 old/x=8 lib=commit_1 cur=->_v1")}, // second one
	} {
		s.Commit(c)
	}
	s.Branch("main", sha("b"))
	s.Branch("release/1", sha("a"))
	return s
}

func merge(a, b map[string]string) map[string]string {
	maps.Copy(a, b)
	return a
}

const (
	unknown = "unknown: "
)

func push(before, after string) github.Event {
	return github.Event{
		Name: "push", Ref: "refs/heads/main",
		Payload: fmt.Appendf(nil, `{"before":%q,"after":%q,"repository":{"default_branch":"main"}}`, before, after),
	}
}

func on(ref string, e github.Event) github.Event {
	e.Ref = ref
	return e
}

func pullEvent(number int, head, base string) github.Event {
	return github.Event{Name: "pull_request", Ref: "refs/pull/7/merge",
		Payload: fmt.Appendf(nil, `{"pull_request":{"number":%d,"head":{"sha":%q},"base":{"sha":%q}}}`, number, head, base)}
}

func group(head string) github.Event {
	return github.Event{
		Name:    "merge_group",
		Payload: fmt.Appendf(nil, `{"merge_group":{"head_sha":%q,"base_sha":%q,"base_ref":"refs/heads/main"}}`, head, sha("5")),
	}
}

// pathsOrReason returns the changed paths, or the error, with the prefix unknown if GitHub did not cause it.
func pathsOrReason(change github.Change, err error) string {
	var reason *github.UnknownChangeError
	switch {
	case err == nil:
		return strings.Join(change.Paths, " ")
	case errors.As(err, &reason):
		return unknown + err.Error()
	}
	return err.Error()
}

func TestFindChange(t *testing.T) {
	t.Parallel()
	dispatch := github.Event{Name: "workflow_dispatch", Ref: "refs/heads/main", Payload: []byte(`{}`)}
	comment := github.Event{Name: "issue_comment", Ref: "refs/heads/main", Payload: []byte(`{"issue":{"number":7,"pull_request":{"url":"x"}}}`)}
	all := strings.Join(slices.Sorted(maps.Keys(numbered(300))), " ")
	for name, c := range map[string]struct {
		query    github.ChangeQuery
		want     string // paths, or unknown: and a part of the reason
		requests int    // requests
	}{
		"push":                               {github.ChangeQuery{Event: push(sha("a"), sha("b")), Checkout: sha("b")}, "app/x", 1},
		"push of links, renames, submodules": {github.ChangeQuery{Event: push(sha("c"), sha("d")), Checkout: sha("d")}, "cur lib new/x old/x", 1},
		"reset to an older commit":           {github.ChangeQuery{Event: push(sha("d"), sha("c")), Checkout: sha("c")}, "cur lib new/x old/x", 3},
		"diverged push":                      {github.ChangeQuery{Event: push(sha("b"), sha("c")), Checkout: sha("c")}, "app/x db/x", 3},
		"push of an unrelated history":       {github.ChangeQuery{Event: push(sha("f"), sha("a")), Checkout: sha("a")}, "cur lib old/x", 4},
		"push without a new commit":          {github.ChangeQuery{Event: push(sha("a"), sha("a")), Checkout: sha("a")}, "", 1},
		"299 files":                          {github.ChangeQuery{Event: push(sha("a"), sha("2")), Checkout: sha("2")}, strings.TrimSuffix(all, " n/0299"), 1},
		"301 files":                          {github.ChangeQuery{Event: push(sha("a"), sha("3")), Checkout: sha("3")}, all + " z", 3},
		"3,001 files": {
			github.ChangeQuery{Event: push(sha("a"), sha("4")), Checkout: sha("4")},
			strings.Join(slices.Sorted(maps.Keys(numbered(3000))), " ") + " z", 3,
		},
		"push, previous commit was deleted": {
			github.ChangeQuery{Event: push(sha("9"), sha("b")), Checkout: sha("b")},
			unknown + "GitHub has no commit, branch or tag 9999999 in acme/infra", 3,
		},
		"push, something else checked out": {
			github.ChangeQuery{Event: push(sha("a"), sha("b")), Checkout: sha("c")},
			unknown + "the checkout is commit ccccccc and not bbbbbbb", 0,
		},
		"push that deletes":      {github.ChangeQuery{Event: push(sha("a"), none), Checkout: sha("b")}, unknown + "deletes", 0},
		"push without a payload": {github.ChangeQuery{Event: github.Event{Name: "push"}, Checkout: sha("b")}, unknown + "does not name the commits", 0},
		"first push of a branch": {
			github.ChangeQuery{Event: on("refs/heads/x", push(none, sha("d"))), Checkout: sha("d")},
			"app/x cur db/x lib new/x old/x", 3,
		},
		"first push of the default branch": {
			github.ChangeQuery{Event: push(none, sha("b")), Checkout: sha("b")},
			unknown + "the first push of the default branch", 0,
		},
		"first push of a tag": {
			github.ChangeQuery{Event: on("refs/tags/v1", push(none, sha("b"))), Checkout: sha("b")},
			unknown + "the first push of tag v1", 0,
		},

		"pull request, its head":            {github.ChangeQuery{Event: pullEvent(7, sha("d"), sha("b")), Checkout: sha("d")}, "cur db/x lib new/x old/x", 1},
		"pull request, its merge commit":    {github.ChangeQuery{Event: pullEvent(7, sha("d"), sha("a")), Checkout: sha("e")}, "cur db/x lib new/x old/x", 2},
		"pull request, re-run after a push": {github.ChangeQuery{Event: pullEvent(7, sha("c"), sha("b")), Checkout: sha("c")}, "db/x", 1},
		"pull request, the newer head":      {github.ChangeQuery{Event: pullEvent(7, sha("c"), sha("b")), Checkout: sha("d")}, "cur db/x lib new/x old/x", 3},
		"pull request, something else": {
			github.ChangeQuery{Event: pullEvent(7, sha("d"), sha("b")), Checkout: sha("b")},
			unknown + "neither the head of pull request #7 (ddddddd) nor its merge commit", 2,
		},
		"pull request, a commit on its head": {github.ChangeQuery{Event: pullEvent(7, sha("c"), sha("b")), Checkout: sha("f")},
			unknown + "neither the head", 2},
		"pull request, 301 files": {github.ChangeQuery{Event: pullEvent(7, sha("3"), sha("a")), Checkout: sha("3")}, all + " z", 3},
		"pull request, 300 files": {
			github.ChangeQuery{Event: pullEvent(7, sha("1"), sha("a")), Checkout: sha("1")},
			"cur db/x lib " + strings.Join(slices.Sorted(maps.Keys(numbered(297))), " ") + " old/x", 3,
		},
		"pull request, merged already": {
			github.ChangeQuery{Event: pullEvent(7, sha("d"), sha("e")), Checkout: sha("d")},
			unknown + "already contains the head of pull request #7", 1,
		},
		"comment":                 {github.ChangeQuery{Event: comment, Checkout: sha("d")}, "cur db/x lib new/x old/x", 2},
		"comment, older commit":   {github.ChangeQuery{Event: comment, Checkout: sha("c")}, unknown + "neither the head", 2},
		"dispatch with pr-number": {github.ChangeQuery{Event: dispatch, Checkout: sha("d"), PullRequest: 7}, "cur db/x lib new/x old/x", 2},
		"push with pr-number": {
			github.ChangeQuery{Event: push(sha("c"), sha("d")), Checkout: sha("d"), PullRequest: 7},
			"cur db/x lib new/x old/x", 2,
		},
		"pr-number that is not there": {
			github.ChangeQuery{Event: dispatch, Checkout: sha("d"), PullRequest: 8},
			"find the pull request acme/infra#8: GitHub returned 404: Not Found", 1,
		},
		"another pull request than the event": {
			github.ChangeQuery{Event: pullEvent(9, sha("c"), sha("b")), Checkout: sha("d"), PullRequest: 7},
			"cur db/x lib new/x old/x", 2,
		},

		"merge queue, first entry":      {github.ChangeQuery{Event: group(sha("5")), Checkout: sha("5")}, "old/x", 1},
		"merge queue, second entry":     {github.ChangeQuery{Event: group(sha("6")), Checkout: sha("6")}, "db/x old/x", 1},
		"merge queue, merged already":   {github.ChangeQuery{Event: group(sha("b")), Checkout: sha("b")}, unknown + "main already contains the merge group", 1},
		"merge queue, another checkout": {github.ChangeQuery{Event: group(sha("6")), Checkout: sha("5")}, unknown + "the head of the merge group", 0},
		"merge queue, no head": {
			github.ChangeQuery{Event: group("main"), Checkout: sha("5")},
			unknown + "does not name the head and the target branch of the merge group", 0,
		},
		"merge queue, no target": {
			github.ChangeQuery{
				Event:    github.Event{Name: "merge_group", Payload: fmt.Appendf(nil, `{"merge_group":{"head_sha":%q}}`, sha("5"))},
				Checkout: sha("5"),
			},
			unknown + "does not name the head and the target branch of the merge group", 0,
		},
		"schedule": {
			github.ChangeQuery{Event: github.Event{Name: "schedule"}, Checkout: sha("b")},
			unknown + "the event schedule does not describe a change", 0,
		},
		"no event":                   {github.ChangeQuery{Checkout: sha("b")}, unknown + "the event (none) does not describe a change", 0},
		"no checkout":                {github.ChangeQuery{Event: push(sha("a"), sha("b")), Checkout: "main"}, unknown + "checked out is unknown", 0},
		"base is a commit":           {github.ChangeQuery{Event: dispatch, Checkout: sha("b"), Base: sha("a")}, "app/x", 1},
		"base is not a commit":       {github.ChangeQuery{Event: dispatch, Checkout: sha("b"), Base: none}, unknown + "is not a commit", 0},
		"base is a branch":           {github.ChangeQuery{Event: dispatch, Checkout: sha("b"), Base: "release/1"}, "app/x", 1},
		"base is a branch, diverged": {github.ChangeQuery{Event: dispatch, Checkout: sha("c"), Base: "main"}, "app/x db/x", 3},
		"base wins over the event":   {github.ChangeQuery{Event: push(sha("c"), sha("d")), Checkout: sha("d"), Base: sha("a")}, "cur db/x lib new/x old/x", 1},
		"base that is not there": {
			github.ChangeQuery{Event: dispatch, Checkout: sha("c"), Base: "gone"},
			unknown + "GitHub has no commit, branch or tag gone in acme/infra", 3,
		},
		"neither base nor head is there": {
			github.ChangeQuery{Event: dispatch, Checkout: sha("8"), Base: "gone"},
			"list the files of acme/infra@gone: GitHub returned 404: Not Found", 4,
		},
		"base is a branch, same commit": {github.ChangeQuery{Event: dispatch, Checkout: sha("b"), Base: "main"}, "", 1},
		"the base of a pull request wins": {
			github.ChangeQuery{Event: pullEvent(7, sha("d"), sha("b")), Checkout: sha("e"), Base: "main"},
			"cur db/x lib new/x old/x", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := repository()
			change, err := thread(s).FindChange(t.Context(), c.query)
			got := pathsOrReason(change, err)
			if reason, isUnknown := strings.CutPrefix(c.want, unknown); isUnknown && strings.HasPrefix(got, unknown) && strings.Contains(got, reason) {
				got = c.want
			}
			if got != c.want || len(s.Requests()) != c.requests {
				t.Errorf("got %.300q by %d requests, want %.300q by %d", got, len(s.Requests()), c.want, c.requests)
			}
			if objections := s.Objections(); len(objections) > 0 {
				t.Error(objections)
			}
		})
	}
}

// TestFindChangeDeletedPaths checks which paths the head does not have, by comparisons and by lists of all files.
func TestFindChangeDeletedPaths(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query github.ChangeQuery
		want  string
	}{
		"modified":           {github.ChangeQuery{Event: push(sha("a"), sha("b")), Checkout: sha("b")}, ""},
		"renamed":            {github.ChangeQuery{Event: push(sha("c"), sha("d")), Checkout: sha("d")}, "old/x"},
		"removed":            {github.ChangeQuery{Event: push(sha("a"), sha("1")), Checkout: sha("1")}, "cur db/x lib old/x"},
		"diverged":           {github.ChangeQuery{Event: push(sha("d"), sha("c")), Checkout: sha("c")}, "new/x"},
		"another history":    {github.ChangeQuery{Event: push(sha("a"), sha("f")), Checkout: sha("f")}, "cur lib old/x"},
		"pull request":       {github.ChangeQuery{Event: pullEvent(7, sha("d"), sha("b")), Checkout: sha("d")}, "old/x"},
		"large pull request": {github.ChangeQuery{Event: pullEvent(7, sha("1"), sha("a")), Checkout: sha("1")}, "cur db/x lib old/x"},
		"merge queue":        {github.ChangeQuery{Event: group(sha("5")), Checkout: sha("5")}, ""},
		"merge queue, renamed": {
			github.ChangeQuery{Event: github.Event{Name: "merge_group",
				Payload: fmt.Appendf(nil, `{"merge_group":{"head_sha":%q,"base_ref":"refs/heads/release/1"}}`, sha("d"))}, Checkout: sha("d")}, "old/x"},
	} {
		change, err := thread(repository()).FindChange(t.Context(), c.query)
		if got := strings.Join(change.Deleted, " "); err != nil || got != c.want {
			t.Errorf("%s: got %q and %v, want %q", name, got, err, c.want)
		}
	}
}

// TestFindChangeIncompleteResponses checks that a list that may be incomplete is an error.
func TestFindChangeIncompleteResponses(t *testing.T) {
	t.Parallel()
	compared := func(more string) string {
		return fmt.Sprintf(`{"status":"ahead","base_commit":{"sha":%q},"merge_base_commit":{"sha":%q}%s}`, sha("a"), sha("a"), more)
	}
	for name, c := range map[string]struct {
		op   githubtest.Operation
		body string
		want string // paths, or a part of the error
	}{
		"no files":              {githubtest.Compare, compared(""), "app/x"},
		"files are null":        {githubtest.Compare, compared(`,"files":null`), "app/x"},
		"a file without name":   {githubtest.Compare, compared(`,"files":[{"status":"added"}]`), "app/x"},
		"a file without status": {githubtest.Compare, compared(`,"files":[{"filename":"b"}]`), "app/x"},
		"a rename from nowhere": {githubtest.Compare, compared(`,"files":[{"status":"renamed","filename":"b"}]`), "app/x"},
		"a name too long":       {githubtest.Compare, compared(`,"files":[{"status":"added","filename":"` + strings.Repeat("a", 5000) + `"}]`), "app/x"},
		"a null name before":    {githubtest.Compare, compared(`,"files":[{"status":"added","filename":"b","previous_filename":null}]`), "b"},
		"a copy":                {githubtest.Compare, compared(`,"files":[{"status":"copied","filename":"b","previous_filename":"c"}]`), "b"},
		"no status":             {githubtest.Compare, `{"files":[]}`, "app/x"},
		"another status":        {githubtest.Compare, strings.Replace(compared(`,"files":[]`), "ahead", "unknown", 1), "app/x"},
		"status identical":      {githubtest.Compare, strings.Replace(compared(`,"files":[]`), "ahead", "identical", 1), "app/x"},
		"too much to compare":   {githubtest.Compare, "422", "app/x"},
		"no end to comparing":   {githubtest.Compare, "500", "app/x"},
		"ahead of another commit": {
			githubtest.Compare,
			strings.Replace(compared(`,"files":[]`), `"merge_base_commit":{"sha":"a`, `"merge_base_commit":{"sha":"b`, 1),
			"app/x",
		},
		"no commit as the base": {
			githubtest.Compare,
			strings.Replace(compared(`,"files":[]`), `"base_commit":{"sha":"a`, `"base_commit":{"sha":"x`, 1),
			"app/x",
		},
		"no commit as the merge base": {
			githubtest.Compare,
			strings.Replace(compared(`,"files":[]`), `"merge_base_commit":{"sha":"a`, `"merge_base_commit":{"sha":"x`, 1),
			"app/x",
		},
		"no permission":        {githubtest.Compare, "403", "GitHub returned 403"},
		"bad token":            {githubtest.Compare, "401", "GitHub returned 401"},
		"a truncated tree":     {githubtest.ListTree, `{"tree":[],"truncated":true}`, "more files than GitHub lists"},
		"truncated, perhaps":   {githubtest.ListTree, `{"tree":[]}`, "not a complete list"},
		"no tree":              {githubtest.ListTree, `{"truncated":false}`, "not a complete list"},
		"a tree without names": {githubtest.ListTree, `{"tree":[{"path":"a"}],"truncated":false}`, "not a complete list"},
		"no tree but a page":   {githubtest.ListTree, "404", "GitHub returned 404"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := repository()
				fault := githubtest.Fault{Operation: c.op, Phase: githubtest.After, Times: -1, Status: http.StatusOK, Body: c.body}
				if len(c.body) == 3 {
					fmt.Sscan(c.body, &fault.Status)
					fault.Body = `{"message":"no"}`
				}
				s.Fail(fault)
				event := push(sha("a"), sha("b"))
				if c.op == githubtest.ListTree {
					event = push(sha("c"), sha("b"))
				}
				change, err := thread(s).FindChange(t.Context(), github.ChangeQuery{Event: event, Checkout: sha("b")})
				got := strings.Join(change.Paths, " ")
				if err != nil {
					got = err.Error()
				}
				if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		})
	}
}

// thread returns a Thread of the server's repository.
func thread(s *githubtest.Server) github.Thread {
	return github.Thread{HTTP: s.Client(), APIURL: s.APIURL(), Token: secret.New(s.Token()), Repository: "acme/infra", UserAgent: "test"}
}

// TestChangeNamesItsCommits checks the description and the commits of a change, and the error for a merge group that
// GitHub cannot compare.
func TestChangeNamesItsCommits(t *testing.T) {
	t.Parallel()
	dispatch := github.Event{Name: "workflow_dispatch", Ref: "refs/heads/main", Payload: []byte(`{}`)}
	for name, c := range map[string]struct {
		query          github.ChangeQuery
		of, base, head string
	}{
		"push": {github.ChangeQuery{Event: push(sha("a"), sha("b")), Checkout: sha("b")}, "push to main", sha("a"), sha("b")},
		"first push": {github.ChangeQuery{Event: on("refs/heads/topic", push(none, sha("c"))), Checkout: sha("c")}, "first push of topic",
			sha("b"), sha("c")},
		"pull request": {github.ChangeQuery{Event: pullEvent(7, sha("d"), sha("b")), Checkout: sha("d")}, "pull request #7", sha("a"), sha("d")},
		"merge queue":  {github.ChangeQuery{Event: group(sha("6")), Checkout: sha("6")}, "merge group for main", sha("b"), sha("6")},
		"base":         {github.ChangeQuery{Event: dispatch, Checkout: sha("b"), Base: sha("a")}, "changes since aaaaaaa", sha("a"), sha("b")},
	} {
		change, err := thread(repository()).FindChange(t.Context(), c.query)
		if err != nil || change.Of != c.of || change.Base != c.base || change.Head != c.head {
			t.Errorf("%s: got %q of %.7s..%.7s, %v, want %q of %.7s..%.7s", name, change.Of, change.Base, change.Head, err, c.of, c.base, c.head)
		}
	}
	s := repository()
	s.Fail(githubtest.Fault{Operation: githubtest.Compare, Times: -1, Status: http.StatusUnprocessableEntity, Body: `{"message":"no"}`})
	_, err := thread(s).FindChange(t.Context(), github.ChangeQuery{Event: group(sha("6")), Checkout: sha("6")})
	if got := pathsOrReason(github.Change{}, err); got != unknown+"GitHub cannot compare the merge group with main" {
		t.Errorf("got %q", got)
	}
}
