package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Operation is the operation of a request.
type Operation string

// The supported operations; any other request is an objection.
const (
	ListComments  Operation = "list comments"
	CreateComment Operation = "create comment"
	GetComment    Operation = "get comment"
	EditComment   Operation = "edit comment"
	History       Operation = "history of a comment"
	CommitPulls   Operation = "pulls of a commit"
	GetPull       Operation = "pull"
	GetUser       Operation = "user"
	Viewer        Operation = "viewer"
	IsMinimized   Operation = "is minimized"
	Minimize      Operation = "minimize"
	Unminimize    Operation = "unminimize"
	IDToken       Operation = "identity token"
	ListPulls     Operation = "pull requests"
	Compare       Operation = "compare"
	ListTree      Operation = "tree"
	GetCommit     Operation = "commit"
	ListRuns      Operation = "workflow runs"
	GetRun        Operation = "workflow run"
)

// query is a parsed request.
type query struct {
	op        Operation
	arguments []string // the parameters in the path
	values    url.Values
	fields    map[string]any // of the body
	redirect  string         // URL with the current name of the repository
	refused   *reply
}

var routes = []struct {
	op     Operation
	method string
	path   *regexp.Regexp // below the repository
}{
	{ListComments, http.MethodGet, regexp.MustCompile(`^/issues/(\d+)/comments$`)},
	{CreateComment, http.MethodPost, regexp.MustCompile(`^/issues/(\d+)/comments$`)},
	{GetComment, http.MethodGet, regexp.MustCompile(`^/issues/comments/(\d+)$`)},
	{EditComment, http.MethodPatch, regexp.MustCompile(`^/issues/comments/(\d+)$`)},
	{CommitPulls, http.MethodGet, regexp.MustCompile(`^/commits/([0-9a-f]+)/pulls$`)},
	{ListPulls, http.MethodGet, regexp.MustCompile(`^/pulls$`)},
	{GetPull, http.MethodGet, regexp.MustCompile(`^/pulls/(\d+)$`)},
	{Compare, http.MethodGet, regexp.MustCompile(`^/compare/(.+)\.\.\.(.+)$`)},
	{ListTree, http.MethodGet, regexp.MustCompile(`^/git/trees/(.+)$`)},
	{GetCommit, http.MethodGet, regexp.MustCompile(`^/commits/([^/]+)$`)},
	{ListRuns, http.MethodGet, regexp.MustCompile(`^/actions/workflows/([^/]+)/runs$`)},
	{GetRun, http.MethodGet, regexp.MustCompile(`^/actions/runs/(\d+)$`)},
}

// read parses a request and objects to invalid ones.
func (s *Server) read(r *http.Request, body string) query {
	q := query{values: r.URL.Query()}
	if r.URL.Path == identityPath {
		q.op = IDToken
		q.refused = s.checkIdentityRequest(r)
		return q
	}
	s.route(r, &q)
	if q.op == "" && body != "" {
		_ = json.Unmarshal([]byte(body), &q.fields)
		q.op = graphOperation(r, s.graphPath(), q.fields)
	}
	if q.op == "" {
		s.object("%s %s is nothing that this GitHub knows", r.Method, r.URL.Path)
		q.refused = new(refuse(http.StatusNotFound, "Not Found"))
		return q
	}
	q.refused = s.check(r, body, &q)
	return q
}

func (s *Server) route(r *http.Request, q *query) {
	path := r.URL.Path
	if s.options.Enterprise {
		var ok bool
		if path, ok = strings.CutPrefix(path, "/api/v3"); !ok {
			return
		}
	}
	if path == "/user" && r.Method == http.MethodGet {
		q.op = GetUser
		return
	}
	for _, root := range []string{"/repos/" + s.options.Repository, "/repositories/1", "/repos/" + s.options.OldName} {
		below, ok := strings.CutPrefix(path, root+"/")
		if !ok {
			continue
		}
		for _, route := range routes {
			m := route.path.FindStringSubmatch("/" + below)
			if m == nil || r.Method != route.method {
				continue
			}
			q.op, q.arguments = route.op, m[1:]
			if s.options.OldName != "" && root == "/repos/"+s.options.OldName {
				q.redirect = s.APIURL() + "/repositories/1/" + below
				if r.URL.RawQuery != "" {
					q.redirect += "?" + r.URL.RawQuery
				}
			}
			return
		}
	}
}

func (s *Server) graphPath() string {
	if s.options.Enterprise {
		return "/api/graphql"
	}
	return "/graphql"
}

// check compares a request with the rules in GitHub's documents ("Getting started with the REST API"). GitHub does
// not enforce most of them.
func (s *Server) check(r *http.Request, body string, q *query) *reply {
	for name, want := range map[string]string{"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"} {
		if got := r.Header.Get(name); got != want {
			s.object("%s: the header %s is %q, not %q", q.op, name, got, want)
		}
	}
	if agent := r.Header.Get("User-Agent"); agent == "" || strings.HasPrefix(agent, "Go-http-client") {
		s.object("%s: the header User-Agent is %q", q.op, agent)
		return new(refuse(http.StatusForbidden, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header"))
	}
	if r.Header.Get("Authorization") != "Bearer "+s.options.Token {
		s.object("%s: the token is not ours", q.op)
		return new(refuse(http.StatusUnauthorized, "Bad credentials"))
	}
	if r.Method == http.MethodGet {
		if body != "" {
			s.object("%s: a GET with a body", q.op)
		}
		return nil
	}
	if got := r.Header.Get("Content-Type"); !strings.HasPrefix(got, "application/json") {
		s.object("%s: the header Content-Type is %q", q.op, got)
	}
	if err := json.Unmarshal([]byte(body), &q.fields); err != nil {
		s.object("%s: the body is not a JSON object: %v", q.op, err)
		return new(refuse(http.StatusBadRequest, "Problems parsing JSON"))
	}
	return nil
}

func (s *Server) object(format string, a ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objections = append(s.objections, fmt.Sprintf(format, a...))
}

// carryOut processes a request. A created comment is listed only after the delay late.
func (s *Server) carryOut(q query, late time.Duration) reply {
	switch {
	case q.refused != nil:
		return *q.refused
	case q.redirect != "":
		out := refuse(http.StatusMovedPermanently, "Moved Permanently")
		if q.op == CreateComment || q.op == EditComment {
			out.status = http.StatusTemporaryRedirect
		}
		out.header.Set("Location", q.redirect)
		return out
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch q.op {
	case ListComments:
		return s.listComments(q)
	case CreateComment:
		return s.createComment(q, late)
	case GetComment:
		return s.getComment(q)
	case EditComment:
		return s.editComment(q)
	case CommitPulls:
		return s.commitPulls(q)
	case ListPulls:
		return s.listPulls(q)
	case GetPull:
		return s.getPull(q)
	case GetUser:
		return s.getUser()
	case IDToken:
		return s.identityToken(q)
	case Compare:
		return s.compare(q)
	case ListTree:
		return s.listTree(q)
	case GetCommit:
		return s.getCommit(q)
	case ListRuns:
		return s.listRuns(q)
	case GetRun:
		return s.getRun(q)
	}
	return s.graph(q)
}
