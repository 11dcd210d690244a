package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"scalr-run-action/internal/lazyregexp"
)

// pull is a pull request in a response of the REST API.
type pull struct {
	Number   int        `json:"number"`
	State    string     `json:"state"`
	MergedAt *time.Time `json:"merged_at"`
	MergeSHA string     `json:"merge_commit_sha"`
	Head     pullEnd    `json:"head"`
	Base     pullEnd    `json:"base"`
}

// pullEnd is the head or the base of a pull request. Its repository is zero if it was deleted.
type pullEnd struct {
	SHA  string     `json:"sha"`
	Ref  string     `json:"ref"`
	Repo repository `json:"repo"`
}

type repository struct {
	FullName string `json:"full_name"`
	URL      string `json:"url"` // of the API
}

var commitSHA = lazyregexp.New(`^[0-9a-f]{40,64}$`)

// IsSHA reports whether the text is a whole SHA-1 or SHA-256 in lower case, as GitHub and git write those of commits.
func IsSHA(text string) bool { return commitSHA.MatchString(text) }

// ShortSHA abbreviates a commit as GitHub does. It returns other names unchanged.
func ShortSHA(commit string) string {
	if IsSHA(commit) {
		return commit[:7]
	}
	return commit
}

// endedRun is the finished workflow run in an event.
type endedRun struct {
	Event          string     `json:"event"`
	HeadSHA        string     `json:"head_sha"`
	HeadBranch     string     `json:"head_branch"`
	HeadRepository repository `json:"head_repository"`
	// PullRequests are the open pull requests of the branch. GitHub omits those whose head is in
	// another repository, and includes some whose base is.
	PullRequests []pull `json:"pull_requests"`
}

// ofWorkflowRun finds the pull request of a workflow run: the one in the event, or else by its head.
func (t Thread) ofWorkflowRun(ctx context.Context, run endedRun) (int, error) {
	if !IsSHA(run.HeadSHA) {
		return 0, nil
	}
	var named []pull
	for _, p := range run.PullRequests {
		if t.isOurs(p.Base.Repo) {
			named = append(named, p)
		}
	}
	if len(named) > 0 {
		return t.only(named, run.HeadSHA)
	}
	switch owner, _, found := strings.Cut(run.HeadRepository.FullName, "/"); {
	case run.Event == "push":
		return t.pushed(ctx, Event{SHA: run.HeadSHA, Ref: "refs/heads/" + run.HeadBranch})
	case !found || run.HeadBranch == "":
		return 0, nil
	default:
		return t.openFrom(ctx, owner, run)
	}
}

// isOurs reports whether the repository in the short form of a pull request is that of the thread. A
// repository without a name is.
func (t Thread) isOurs(r repository) bool {
	return r.URL == "" || strings.HasSuffix(strings.ToLower(r.URL), "/repos/"+strings.ToLower(t.Repository))
}

// openFrom finds the open pull request from a branch of any repository.
func (t Thread) openFrom(ctx context.Context, owner string, run endedRun) (int, error) {
	query := url.Values{"state": {"open"}, "head": {owner + ":" + run.HeadBranch}, "per_page": {fmt.Sprint(perPage)}}
	found, err := t.listPulls(ctx, "/pulls?"+query.Encode(), run.HeadSHA)
	if err != nil {
		return 0, err
	}
	var open []pull
	for _, p := range found {
		if p.Head.Ref == run.HeadBranch && strings.EqualFold(p.Head.Repo.FullName, run.HeadRepository.FullName) {
			open = append(open, p)
		}
	}
	return t.only(open, run.HeadSHA)
}

// pushed finds the pull request whose merge created the pushed commit, or else the open one from the
// pushed branch. It ignores open pull requests that only contain the commit.
func (t Thread) pushed(ctx context.Context, e Event) (int, error) {
	branch, ok := strings.CutPrefix(e.Ref, "refs/heads/")
	if !ok || !IsSHA(e.SHA) {
		return 0, nil
	}
	found, err := t.listPulls(ctx, fmt.Sprintf("/commits/%s/pulls?per_page=%d", e.SHA, perPage), e.SHA)
	if err != nil {
		return 0, err
	}
	if n := merged(found, branch, e.SHA); n > 0 {
		return n, nil
	}
	var open []pull
	for _, p := range found {
		if p.State == "open" && p.Head.Ref == branch && strings.EqualFold(p.Head.Repo.FullName, t.Repository) {
			open = append(open, p)
		}
	}
	return t.only(open, e.SHA)
}

// merged returns the number of the pull request whose merge into the branch created the commit, or else
// of the one that was merged last, or 0.
func merged(found []pull, branch, sha string) int {
	var last pull
	for _, p := range found {
		switch {
		case p.MergedAt == nil || p.Base.Ref != branch:
		case p.MergeSHA == sha:
			return p.Number
		case last.MergedAt == nil || p.MergedAt.After(*last.MergedAt):
			last = p
		}
	}
	return last.Number
}

// only returns the number of the single pull request, or 0. If there are several, it considers those
// whose head is the commit.
func (t Thread) only(found []pull, sha string) (int, error) {
	if len(found) > 1 {
		var exact []pull
		for _, p := range found {
			if p.Head.SHA == sha {
				exact = append(exact, p)
			}
		}
		if len(exact) > 0 {
			found = exact
		}
	}
	switch len(found) {
	case 0:
		return 0, nil
	case 1:
		return max(found[0].Number, 0), nil
	}
	var numbers []string
	for _, p := range found {
		numbers = append(numbers, fmt.Sprintf("#%d", p.Number))
	}
	return 0, misused("several pull requests of %s have the head %.7s (%s); set pr-number to one of them",
		t.Repository, sha, strings.Join(numbers, ", "))
}

func (t Thread) listPulls(ctx context.Context, path, sha string) (pulls, error) {
	s, err := t.open()
	if err != nil {
		return nil, err
	}
	var found pulls
	c := call{op: "find the pull request of " + t.Repository + "@" + sha[:7], method: http.MethodGet}
	c.url = fmt.Sprintf("%s/repos/%s%s", s.api, t.Repository, path)
	_, err = s.do(ctx, c, &found)
	return found, err
}
