package github

import (
	"fmt"
	"strings"
	"testing"
)

// TestUnknownChanges: the reason why a change is unknown, or the error of the request, is reported.
func TestUnknownChanges(t *testing.T) {
	t.Parallel()
	a, b, c, zeros := strings.Repeat("a", 40), strings.Repeat("b", 40), strings.Repeat("c", 40), strings.Repeat("0", 40)
	tag := strings.Repeat("d", 40)
	const refused = `403{"message":"no"}`
	const incomplete = "compare bbbbbbb and aaaaaaa of acme/infra: GitHub's response has no status or names no commits"
	push := func(ref, before, after, more string) Event {
		return Event{Name: "push", Ref: ref, SHA: after, Payload: fmt.Appendf(nil, `{"before":%q,"after":%q%s}`, before, after, more)}
	}
	pullRequest := func(head, base string) Event {
		return Event{Name: "pull_request", Payload: fmt.Appendf(nil, `{"pull_request":{"number":7,"head":{"sha":%q},"base":{"sha":%q}}}`, head, base)}
	}
	group := func(head, base string) Event {
		return Event{Name: "merge_group", Payload: fmt.Appendf(nil, `{"merge_group":{"head_sha":%q,"base_ref":%q}}`, head, base)}
	}
	compared := func(base, mergeBase string) string {
		return fmt.Sprintf(`{"status":"ahead","base_commit":{"sha":%q},"merge_base_commit":{"sha":%q},`+
			`"files":[{"filename":"f","status":"added"}]}`, base, mergeBase)
	}
	for name, test := range map[string]struct {
		query     ChangeQuery
		responses [][2]string
		want      string // paths, or an error
	}{
		"no checkout":       {ChangeQuery{Checkout: "main"}, nil, "the commit that is checked out is unknown"},
		"base that is none": {ChangeQuery{Checkout: a, Base: zeros}, nil, "the base " + zeros + " is not a commit"},
		"schedule":          {ChangeQuery{Checkout: a, Event: Event{Name: "schedule"}}, nil, "the event schedule does not describe a change"},
		"no event":          {ChangeQuery{Checkout: a}, nil, "the event (none) does not describe a change"},
		"deleted branch":    {ChangeQuery{Checkout: a, Event: push("refs/heads/x", a, zeros, "")}, nil, "the push deletes refs/heads/x"},
		"push without commits": {ChangeQuery{Checkout: a, Event: push("refs/heads/x", "", a, "")},
			nil, "the event does not name the commits of the push"},
		"another checkout": {ChangeQuery{Checkout: a, Event: push("refs/heads/x", c, b, "")},
			nil, "the checkout is commit aaaaaaa and not bbbbbbb, the head of the push"},
		"first push of a tag": {ChangeQuery{Checkout: a, Event: push("refs/tags/v1", zeros, a, "")},
			nil, "the first push of tag v1 has no previous commit to compare with"},
		"first push of an annotated tag": {ChangeQuery{Checkout: a, Event: push("refs/tags/v1", zeros, c, `,"head_commit":{"id":"`+a+`"}`)},
			nil, "the first push of tag v1 has no previous commit to compare with"},
		"first push of an annotated tag, head not named": {ChangeQuery{Checkout: a, Event: push("refs/tags/v1", zeros, c, "")},
			nil, "the first push of tag v1 has no previous commit to compare with"},
		"moved annotated tag": {ChangeQuery{Checkout: a, Event: push("refs/tags/v1", tag, c, `,"head_commit":{"id":"`+a+`"}`)},
			[][2]string{{"/git/tags/" + tag, `{"object":{"sha":"` + b + `","type":"commit"}}`}, {"/git/tags/" + b, `404{}`},
				{"/compare/" + b + "..." + a, compared(b, b)}}, "f"},
		"moved annotated tag, head only in GITHUB_SHA": {ChangeQuery{Checkout: a, Event: Event{Name: "push", Ref: "refs/tags/v1", SHA: a,
			Payload: push("", tag, c, "").Payload}},
			[][2]string{{"/git/tags/" + tag, `{"object":{"sha":"` + b + `"}}`}, {"/git/tags/" + b, `404{}`},
				{"/compare/" + b + "..." + a, compared(b, b)}}, "f"},
		"moved tag of a tag": {ChangeQuery{Checkout: a, Event: push("refs/tags/v1", tag, c, `,"head_commit":{"id":"`+a+`"}`)},
			[][2]string{{"/git/tags/" + tag, `{"object":{"sha":"` + c + `"}}`}, {"/git/tags/" + c, `{"object":{"sha":"` + b + `"}}`},
				{"/git/tags/" + b, `404{}`}, {"/compare/" + b + "..." + a, compared(b, b)}}, "f"},
		"moved tag, not annotated": {ChangeQuery{Checkout: a, Event: push("refs/tags/v1", b, a, `,"head_commit":{"id":"`+a+`"}`)},
			[][2]string{{"/git/tags/" + b, `404{}`}, {"/compare/" + b + "..." + a, compared(b, b)}}, "f"},
		"moved annotated tag, other checkout": {ChangeQuery{Checkout: b, Event: push("refs/tags/v1", tag, c, `,"head_commit":{"id":"`+a+`"}`)},
			nil, "the checkout is commit bbbbbbb and not aaaaaaa, the head of the push"},
		"annotated tag with the name of a branch": {ChangeQuery{Checkout: a, Event: push("refs/heads/v1", b, c, `,"head_commit":{"id":"`+a+`"}`)},
			nil, "the checkout is commit aaaaaaa and not ccccccc, the head of the push"},
		"unnamed default": {ChangeQuery{Checkout: a, Event: push("refs/heads/x", zeros, a, "")},
			nil, "the event does not name the default branch, with which the first push of x is compared"},
		"push of the default": {ChangeQuery{Checkout: a, Event: push("refs/heads/main", zeros, a, `,"repository":{"default_branch":"main"}`)},
			nil, "it is the first push of the default branch main"},
		"push": {ChangeQuery{Checkout: a, Event: push("refs/heads/x", b, a, "")}, [][2]string{{"/compare/", compared(b, b)}}, "f"},
		"refused push": {ChangeQuery{Checkout: a, Event: push("refs/heads/x", b, a, "")},
			[][2]string{{"/compare/", refused}}, "compare bbbbbbb and aaaaaaa of acme/infra: GitHub returned 403: no"},
		"group without a head": {ChangeQuery{Checkout: a, Event: group("x", "refs/heads/main")},
			nil, "the event does not name the head and the target branch of the merge group"},
		"group without a base": {ChangeQuery{Checkout: a, Event: group(a, "")},
			nil, "the event does not name the head and the target branch of the merge group"},
		"group, other checkout": {ChangeQuery{Checkout: a, Event: group(b, "refs/heads/main")},
			nil, "the checkout is commit aaaaaaa and not bbbbbbb, the head of the merge group"},
		"merged group": {ChangeQuery{Checkout: a, Event: group(a, "refs/heads/main")},
			[][2]string{{"/compare/", strings.Replace(compared(a, a), "ahead", "identical", 1)}}, "main already contains the merge group"},
		"refused group": {ChangeQuery{Checkout: a, Event: group(a, "refs/heads/main")},
			[][2]string{{"/compare/", refused}}, "compare main and aaaaaaa of acme/infra: GitHub returned 403: no"},
		"group, no comparison": {ChangeQuery{Checkout: a, Event: group(a, "refs/heads/main")},
			[][2]string{{"/compare/", `404{}`}, {"/commits/main?", `{}`}, {"/git/trees/", `{"truncated":false,"tree":[]}`}},
			"GitHub cannot compare the merge group with main"},
		"group, base without access": {ChangeQuery{Checkout: a, Event: group(a, "refs/heads/main")},
			[][2]string{{"/compare/", `404{}`}, {"/commits/main?", refused}, {"/git/trees/main?", refused}},
			"list the files of acme/infra@main: GitHub returned 403: no"},
		"group without its base": {ChangeQuery{Checkout: a, Event: group(a, "refs/heads/main")},
			[][2]string{{"/compare/", `404{}`}, {"/commits/main?", `422{}`}, {"/commits/" + a, `{}`}},
			"GitHub has no commit, branch or tag main in acme/infra"},
		"group, files are null": {ChangeQuery{Checkout: a, Event: group(a, "refs/heads/main")},
			[][2]string{{"/compare/", strings.Replace(compared(b, b), `[{"filename":"f","status":"added"}]`, "null", 1)},
				{"/git/trees/" + b, `{"truncated":false,"tree":[{"path":"x","sha":"1"}]}`},
				{"/git/trees/" + a, `{"truncated":false,"tree":[{"path":"y","sha":"1"}]}`}}, "x y"},
		"group, invalid JSON": {ChangeQuery{Checkout: a, Event: group(a, "refs/heads/main")},
			[][2]string{
				{"/compare/", strings.Replace(compared(b, b), `"ahead"`, "\"\n,\"status\":\"ahead\"", 1)},
				{"/git/trees/", `{"truncated":false,"tree":[]}`},
			},
			"GitHub cannot compare the merge group with main"},
		"group": {ChangeQuery{Checkout: a, Event: group(a, "refs/heads/main")}, [][2]string{{"/compare/main...", compared(b, b)}}, "f"},
		"merged pull request": {ChangeQuery{Checkout: a, Event: pullRequest(a, b)}, [][2]string{{"/compare/", compared(b, a)}},
			"the base branch already contains the head of pull request #7"},
		"pull request": {ChangeQuery{Checkout: a, Event: pullRequest(a, b)}, [][2]string{{"/compare/", compared(b, b)}}, "f"},
		"pull request, no status": {ChangeQuery{Checkout: a, Event: pullRequest(a, b)},
			[][2]string{{"/compare/", strings.Replace(compared(b, b), "ahead", "", 1)}}, incomplete},
		"pull request, no base": {ChangeQuery{Checkout: a, Event: pullRequest(a, b)}, [][2]string{{"/compare/", compared("", b)}}, incomplete},
		"pull request, no merge base": {ChangeQuery{Checkout: a, Event: pullRequest(a, b)},
			[][2]string{{"/compare/", compared(b, "")}}, incomplete},
		"pull request, no object": {ChangeQuery{Checkout: a, Event: pullRequest(a, b)}, [][2]string{{"/compare/", `[7]`}}, incomplete},
		"refused pull request": {ChangeQuery{Checkout: a, Event: pullRequest(a, b)},
			[][2]string{{"/compare/", refused}}, "compare bbbbbbb and aaaaaaa of acme/infra: GitHub returned 403: no"},
		"unreadable pull request": {ChangeQuery{Checkout: a, PullRequest: 8, Event: pullRequest(a, b)}, [][2]string{{"/pulls/8", refused}},
			"find the pull request acme/infra#8: GitHub returned 403: no"},
		"unreadable pull request 1": {ChangeQuery{Checkout: a, PullRequest: 1, Event: pullRequest(a, b)}, [][2]string{{"/pulls/1", refused}},
			"find the pull request acme/infra#1: GitHub returned 403: no"},
		"unreadable commit": {ChangeQuery{Checkout: a, Event: pullRequest(b, c)}, [][2]string{{"/commits/", refused}},
			"read commit aaaaaaa of acme/infra: GitHub returned 403: no"},
		"merge commit": {ChangeQuery{Checkout: a, Event: pullRequest(b, c)},
			[][2]string{{"/commits/", `{"parents":[{"sha":"` + c + `"},{"sha":"` + b + `"}]}`}, {"/compare/", compared(c, c)}}, "f"},
		"neither head nor merge commit": {ChangeQuery{Checkout: a, Event: pullRequest(b, c)},
			[][2]string{{"/commits/", `404{}`}, {"/pulls/7", `{"number":7,"head":{"sha":"` + b + `"},"base":{"sha":"` + c + `"}}`}},
			"the checkout is commit aaaaaaa, which is neither the head of pull request #7 (bbbbbbb) nor its merge commit"},
		"merge commit of three": {ChangeQuery{Checkout: a, Event: pullRequest(b, c)},
			[][2]string{{"/commits/", `{"parents":[{"sha":"` + c + `"},{"sha":"` + b + `"},{"sha":"` + c + `"}]}`}, {"/pulls/7", `{}`}},
			"the checkout is commit aaaaaaa, which is neither the head of pull request #7 () nor its merge commit"},
		"invalid dispatch": {ChangeQuery{Checkout: a, Event: Event{Name: "repository_dispatch", Payload: []byte(`{"client_payload":{"pull_request":0}}`)}}, nil,
			"comment: client_payload.pull_request of the event names no pull request of acme/infra"},
		"base": {ChangeQuery{Checkout: a, Base: "v1"}, [][2]string{{"/compare/v1...", compared(b, b)}}, "f"},
		"no status": {ChangeQuery{Checkout: a, Base: "v1"},
			[][2]string{{"/compare/", `{}`}, {"/git/trees/v1?", `{"truncated":false,"tree":[{"path":"x","sha":"1"}]}`},
				{"/git/trees/" + a, `{"truncated":false,"tree":[{"path":"y","sha":"1"}]}`}},
			"x y"},
		"no files of the base": {ChangeQuery{Checkout: a, Base: "v1"},
			[][2]string{{"/compare/", `{}`}, {"/git/trees/v1?", refused}}, "list the files of acme/infra@v1: GitHub returned 403: no"},
		"no files of the head": {ChangeQuery{Checkout: a, Base: "v1"},
			[][2]string{{"/compare/", `{}`}, {"/git/trees/v1?", `{"truncated":false,"tree":[{"path":"x","sha":"1"}]}`}, {"/git/trees/" + a, refused}},
			"list the files of acme/infra@aaaaaaa: GitHub returned 403: no"},
		"last, on a tag": {ChangeQuery{Checkout: a, Base: LastSuccess, Event: Event{Ref: "refs/tags/v1"}},
			nil, "base: last-success needs a run on a branch, and this one is on refs/tags/v1"},
		"last, no ref": {ChangeQuery{Checkout: a, Base: LastSuccess}, nil, "base: last-success needs a run on a branch, and this one is on (none)"},
		"last, no workflow": {ChangeQuery{Checkout: a, Base: LastSuccess, Event: Event{Ref: "refs/heads/main"}},
			nil, "neither GITHUB_WORKFLOW_REF nor GITHUB_RUN_ID says which workflow this is"},
		"last, refused run": {ChangeQuery{Checkout: a, Base: LastSuccess, Event: Event{Ref: "refs/heads/main"}, RunID: "012"},
			[][2]string{{"/actions/runs/12", refused}}, "read the workflow run 012 of acme/infra: GitHub returned 403: no"},
		"last, run without workflow": {ChangeQuery{Checkout: a, Base: LastSuccess, Event: Event{Ref: "refs/heads/main"}, RunID: "12"},
			[][2]string{{"/actions/runs/12", `{}`}}, "read the workflow run 12 of acme/infra: GitHub's response names no workflow"},
		"last, directory as the workflow": {ChangeQuery{Checkout: a, Base: LastSuccess, Event: Event{Ref: "refs/heads/main"},
			Workflow: "acme/infra/.github/workflows/@refs/heads/main", RunID: "12"},
			[][2]string{{"/actions/runs/12", refused}}, "read the workflow run 12 of acme/infra: GitHub returned 403: no"},
		"last, refused list": {ChangeQuery{Checkout: a, Base: LastSuccess, Event: Event{Ref: "refs/heads/main"},
			Workflow: "Acme/Infra/.github/workflows/x.yml@refs/heads/main"},
			[][2]string{{"/actions/workflows/x.yml/runs?branch=main&exclude_pull_requests=true&per_page=50&status=success", refused}},
			"list the successful runs of x.yml of acme/infra on main: GitHub returned 403: no"},
		"last, none": {ChangeQuery{Checkout: a, Base: LastSuccess, Event: Event{Ref: "refs/heads/main"}, RunID: "12"},
			[][2]string{{"/actions/runs/12", `{"workflow_id":5}`}, {"/actions/workflows/5/runs", `{"workflow_runs":[]}`}},
			"5 has no successful run on main yet"},
		"last": {ChangeQuery{Checkout: a, Base: LastSuccess, Event: Event{Ref: "refs/heads/main"}, RunID: "12"},
			[][2]string{{"/actions/runs/12", `{"workflow_id":5}`}, {"/actions/workflows/5/runs", `{"workflow_runs":[` +
				`{"conclusion":"success","head_branch":"main","head_sha":"` + c + `","run_started_at":"2026-01-01T00:00:00Z"},` +
				`{"conclusion":"success","head_branch":"main","head_sha":"` + b + `","run_started_at":"2026-01-02T00:00:00Z"},` +
				`{"conclusion":"success","head_branch":"main","head_sha":"` + c + `","run_started_at":"2026-01-02T00:00:00Z"},` +
				`{"conclusion":"failure","head_branch":"main","head_sha":"` + c + `","run_started_at":"2026-01-03T00:00:00Z"},` +
				`{"conclusion":"success","head_branch":"x","head_sha":"` + c + `","run_started_at":"2026-01-03T00:00:00Z"},` +
				`{"conclusion":"success","head_branch":"main","head_sha":"x","run_started_at":"2026-01-03T00:00:00Z"},` +
				`{"conclusion":"success","head_branch":"main","event":"pull_request_target","head_sha":"` + c + `","run_started_at":"2026-01-03T00:00:00Z"},` +
				`{"conclusion":"success","head_branch":"main","head_sha":"` + c + `","run_started_at":"2026-01-03T00:00:00Z",` +
				`"head_repository":{"full_name":"a/b"}}]}`},
				{"/compare/" + b, compared(b, b)}}, "f"},
	} {
		answers := &scripted{responses: test.responses}
		change, err := answers.thread().FindChange(t.Context(), test.query)
		got := strings.Join(change.Paths, " ")
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %q after %q, want %q", name, got, answers.requests, test.want)
		}
	}
	thread := (&scripted{}).thread()
	thread.Repository = "infra"
	if _, err := thread.FindChange(t.Context(), ChangeQuery{Checkout: a}); err == nil ||
		err.Error() != `query GitHub: "infra" is not a repository of the form owner/name` {
		t.Errorf("got %v for an invalid thread", err)
	}
}

// TestIncompleteTrees: a list of files that is not complete is an error.
func TestIncompleteTrees(t *testing.T) {
	t.Parallel()
	const list = "list the files of acme/infra@v1: "
	for tree, want := range map[string]string{
		`{"truncated":false,"tree":[{"path":"a","mode":"100644","type":"blob","sha":"1"},{"path":"d","type":"tree","sha":"2"}]}`: "map[a:100644 1]",
		`{"truncated":false,"tree":[]}`:                                "map[]",
		`{"truncated":true,"tree":[]}`:                                 list + "the repository has more files than GitHub lists of a commit",
		`{"truncated":"no","tree":[]}`:                                 list + "GitHub's response is not a complete list",
		`{"tree":[]}`:                                                  list + "GitHub's response is not a complete list",
		`{"truncated":false}`:                                          list + "GitHub's response is not a complete list",
		`{"truncated":false,"tree":{}}`:                                list + "GitHub's response is not a complete list",
		`{"truncated":false,"tree":[{"sha":"1"}]}`:                     list + "GitHub's response is not a complete list",
		`{"truncated":false,"tree":[{"path":"a"}]}`:                    list + "GitHub's response is not a complete list",
		`{"truncated":false,"tree":[{"path":"a","sha":"1","mode":7}]}`: list + "GitHub's response is not a complete list",
		`{"truncated":false,"tree":[{"path":"` + strings.Repeat("a", 4096) + `","sha":"1"}]}`:            list + "GitHub's response is not a complete list",
		`{"truncated":false,"tree":[{"path":"` + strings.Repeat("a", 4092) + `","sha":"1"}]}`:            list + "GitHub's response is not a complete list",
		`{"truncated":false,"tree":[{"path":"` + strings.Repeat("a", 4091) + `","sha":"1","mode":"2"}]}`: "map[" + strings.Repeat("a", 4091) + ":2 1]",
	} {
		s, err := (&scripted{responses: [][2]string{{"/git/trees/v1?recursive=1", tree}}}).thread().open()
		if err != nil {
			t.Fatal(err)
		}
		files, err := s.files(t.Context(), "v1")
		got := fmt.Sprint(files)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%.80s: got %.200s, want %.200s", tree, got, want)
		}
	}
}
