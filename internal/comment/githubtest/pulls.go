package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Pull is a pull request.
type Pull struct {
	Number   int
	Base     string    // the branch it goes to; main if empty
	MergedAt time.Time // zero while it is open
	MergeSHA string    // the commit that the merge made
	Commits  []string  // others by which it is found
}

func (s *Server) hasPull(number int) bool {
	return slices.ContainsFunc(s.options.Pulls, func(p Pull) bool { return p.Number == number })
}

func pullJSON(p Pull) string {
	state, merged := "open", "null"
	if !p.MergedAt.IsZero() {
		state, merged = "closed", quote(p.MergedAt.UTC().Format(time.RFC3339))
	}
	base := p.Base
	if base == "" {
		base = "main"
	}
	return fmt.Sprintf(`{"number":%d,"state":"%s","merged_at":%s,"merge_commit_sha":%s,"base":{"ref":%s}}`,
		p.Number, state, merged, quote(p.MergeSHA), quote(base))
}

func (s *Server) commitPulls(q query) reply {
	var found []string
	for _, p := range s.options.Pulls {
		if sha := q.arguments[0]; p.MergeSHA == sha || slices.Contains(p.Commits, sha) {
			found = append(found, pullJSON(p))
		}
	}
	return answer(http.StatusOK, "["+strings.Join(found, ",")+"]")
}

func (s *Server) getPull(q query) reply {
	for _, p := range s.options.Pulls {
		if fmt.Sprint(p.Number) == q.arguments[0] {
			return answer(http.StatusOK, pullJSON(p))
		}
	}
	return refuse(http.StatusNotFound, "Not Found")
}

// getUser refuses the token of an app, as GitHub does.
func (s *Server) getUser() reply {
	if strings.HasSuffix(s.options.Login, "[bot]") {
		return refuse(http.StatusForbidden, "Resource not accessible by integration")
	}
	return answer(http.StatusOK, fmt.Sprintf(`{"login":%s,"id":41,"type":"User"}`, quote(s.options.Login)))
}
