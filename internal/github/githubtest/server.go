// Package githubtest simulates GitHub in memory and records objections to invalid requests.
//
// It serves the comments of pull requests (REST and GraphQL), the pull requests of a commit, commits
// with their files, comparisons and trees, workflow runs, the user of a token, and the endpoint for a
// job's identity token. It shares no type with its clients, so that it does not share their mistakes.
package githubtest

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options configure a server. The zero value is github.com with the token of a workflow and the open
// pull request 7.
type Options struct {
	Enterprise bool   // serve under /api/v3 and /api/graphql
	Repository string // acme/infra if empty
	OldName    string // owner/name before a renaming, redirected from
	Pulls      []Pull
	Token      string         // the only one accepted; ghs_githubtest if empty
	Login      string         // the user that the token belongs to; github-actions[bot] if empty
	ReadOnly   bool           // the token is read-only, as for a fork
	NoLink     bool           // leave out the Link header, as some proxies do
	NoHistory  bool           // do not report previous texts of comments
	Skew       time.Duration  // of the server's clock, which is ahead
	MostFiles  int            // of a recursive tree, beyond which it is truncated; 100,000 if 0
	Claims     map[string]any // of the job's identity token
}

// Server is an http.Handler that may be used from several goroutines.
type Server struct {
	options Options
	mu      sync.Mutex

	local      string // scheme and host after Start
	comments   []*Comment
	lastID     int64
	locked     map[int]bool
	commits    map[string]Commit
	branches   map[string]string // the newest commit of each
	runs       []WorkflowRun     // oldest first
	faults     []*armed
	notBefore  time.Time // the end of a rate limit, before which there must be no request
	requests   []Request
	objections []string
}

// Request is a received request, whether or not it was processed.
type Request struct {
	Time      time.Time
	Operation Operation // empty for an unknown one
	Method    string
	URL       string
	Header    http.Header
	Body      string
}

// New returns a server without comments.
func New(o Options) *Server {
	o.Repository = cmp.Or(o.Repository, "acme/infra")
	o.Token = cmp.Or(o.Token, "ghs_githubtest")
	o.Login = cmp.Or(o.Login, "github-actions[bot]")
	if o.Pulls == nil {
		o.Pulls = []Pull{{Number: 7}}
	}
	o.Pulls = slices.Clone(o.Pulls) // Push changes them
	return &Server{options: o, locked: map[int]bool{}, commits: map[string]Commit{}, branches: map[string]string{}, lastID: 1000}
}

// Token returns the accepted token.
func (s *Server) Token() string { return s.options.Token }

// APIURL returns the value of GITHUB_API_URL.
func (s *Server) APIURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.api()
}

// GraphQLURL returns the value of GITHUB_GRAPHQL_URL.
func (s *Server) GraphQLURL() string {
	return s.base() + s.graphPath()
}

// ServerURL returns the value of GITHUB_SERVER_URL.
func (s *Server) ServerURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.web()
}

func (s *Server) base() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.root()
}

// root returns the scheme and host of the API. The lock must be held.
func (s *Server) root() string {
	switch {
	case s.local != "":
		return s.local
	case s.options.Enterprise:
		return "https://ghes.test"
	}
	return "https://api.github.test"
}

// api returns the base URL of the REST API. The lock must be held.
func (s *Server) api() string {
	if s.options.Enterprise {
		return s.root() + "/api/v3"
	}
	return s.root()
}

// web returns the base URL of the website. The lock must be held.
func (s *Server) web() string {
	if s.local != "" || s.options.Enterprise {
		return s.root()
	}
	return "https://github.test"
}

// Start serves on a loopback address, which all URLs use from then on. It returns a function that
// stops the server.
func (s *Server) Start() (stop func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.local = "http://" + listener.Addr().String()
	s.mu.Unlock()
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}, nil
}

// Requests returns all received requests, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Count returns the number of received requests for an operation.
func (s *Server) Count(op Operation) int {
	n := 0
	for _, r := range s.Requests() {
		if r.Operation == op {
			n++
		}
	}
	return n
}

// Objections describes all problems of the requests. A test fails on any objection, even if the client handled the
// response.
func (s *Server) Objections() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.objections...)
}
