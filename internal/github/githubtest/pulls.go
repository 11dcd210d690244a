package githubtest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Pull is a pull request.
type Pull struct {
	Number   int
	Base     string    // the base branch; main if empty
	MergedAt time.Time // zero while it is open
	MergeSHA string    // the merge commit
	Commits  []string  // other commits of the pull request
	Head     string    // the newest commit of the head branch; forty zeros if empty
	HeadRef  string    // the head branch; topic if empty
	BaseSHA  string    // the commit of the base branch; forty zeros if empty
	HeadRepo string    // owner/name, the repository itself if empty; "deleted" if it was deleted
}

// Push changes the head of a pull request.
func (s *Server) Push(number int, sha string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.options.Pulls {
		if s.options.Pulls[i].Number == number {
			s.options.Pulls[i].Head = sha
		}
	}
}

// Merge merges a pull request with the given merge commit.
func (s *Server) Merge(number int, sha string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.options.Pulls {
		if s.options.Pulls[i].Number == number {
			s.options.Pulls[i].MergeSHA, s.options.Pulls[i].MergedAt = sha, at
		}
	}
}

func (s *Server) hasPull(number int) bool {
	return slices.ContainsFunc(s.options.Pulls, func(p Pull) bool { return p.Number == number })
}

func (s *Server) pullJSON(p Pull) string {
	state, merged := "open", "null"
	if !p.MergedAt.IsZero() {
		state, merged = "closed", quote(p.MergedAt.UTC().Format(time.RFC3339))
	}
	repo := `{"full_name":` + quote(cmp.Or(p.HeadRepo, s.options.Repository)) + `}`
	if p.HeadRepo == "deleted" {
		repo = "null"
	}
	return fmt.Sprintf(`{"number":%d,"state":"%s","merged_at":%s,"merge_commit_sha":%s,"head":{"ref":%s,"sha":%s,"repo":%s},"base":{"ref":%s,"sha":%s}}`,
		p.Number, state, merged, quote(p.MergeSHA), quote(cmp.Or(p.HeadRef, "topic")), quote(cmp.Or(p.Head, strings.Repeat("0", 40))), repo,
		quote(cmp.Or(p.Base, "main")), quote(cmp.Or(p.BaseSHA, strings.Repeat("0", 40))))
}

func (s *Server) commitPulls(q query) reply {
	var found []string
	for _, p := range s.options.Pulls {
		if sha := q.arguments[0]; p.MergeSHA == sha || slices.Contains(p.Commits, sha) {
			found = append(found, s.pullJSON(p))
		}
	}
	return newReply(http.StatusOK, "["+strings.Join(found, ",")+"]")
}

// listPulls supports the filters state and head. GitHub ignores a head that is not owner:branch.
func (s *Server) listPulls(q query) reply {
	owner, branch, filtered := strings.Cut(q.values.Get("head"), ":")
	var found []string
	for _, p := range s.options.Pulls {
		from, _, _ := strings.Cut(cmp.Or(p.HeadRepo, s.options.Repository), "/")
		switch {
		case cmp.Or(q.values.Get("state"), "open") == "open" && !p.MergedAt.IsZero():
		case filtered && (from != owner || cmp.Or(p.HeadRef, "topic") != branch):
		default:
			found = append(found, s.pullJSON(p))
		}
	}
	return newReply(http.StatusOK, "["+strings.Join(found, ",")+"]")
}

func (s *Server) getPull(q query) reply {
	for _, p := range s.options.Pulls {
		if fmt.Sprint(p.Number) == q.arguments[0] {
			return newReply(http.StatusOK, s.pullJSON(p))
		}
	}
	return refuse(http.StatusNotFound, "Not Found")
}

// getUser rejects the token of an app, like GitHub.
func (s *Server) getUser() reply {
	if strings.HasSuffix(s.options.Login, "[bot]") {
		return refuse(http.StatusForbidden, "Resource not accessible by integration")
	}
	return newReply(http.StatusOK, fmt.Sprintf(`{"login":%s,"id":41,"type":"User"}`, quote(s.options.Login)))
}
