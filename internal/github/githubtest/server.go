// Package githubtest is a small GitHub that lives in memory and objects to
// wrong requests.
//
// It knows the comments of pull requests (REST and GraphQL), the pull requests
// of a commit, commits with their files, comparisons and trees, runs of workflows,
// whose a token is, and the endpoint that gives a job its identity token. It shares no type with its clients, so that it can be wrong only in
// its own way.
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

// Options say which GitHub it is. The zero value is github.com with the token
// of a workflow and one open pull request, number 7.
type Options struct {
	Enterprise bool   // serve under /api/v3 and /api/graphql
	Repository string // acme/infra if empty
	OldName    string // owner/name before a renaming, redirected from
	Pulls      []Pull
	Token      string         // the only one accepted; ghs_githubtest if empty
	Login      string         // whose it is; github-actions[bot] if empty
	ReadOnly   bool           // the token may only read, as for a fork
	NoLink     bool           // leave out the Link header, as some proxies do
	NoHistory  bool           // give away no earlier texts of comments
	Skew       time.Duration  // how far this GitHub's clock is ahead
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
	notBefore  time.Time // no request may come earlier, after a rate limit
	requests   []Request
	objections []string
}

// Request is one that was received, whether or not it was carried out.
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
	o.Pulls = slices.Clone(o.Pulls) // which Push changes
	return &Server{options: o, locked: map[int]bool{}, commits: map[string]Commit{}, branches: map[string]string{}, lastID: 1000}
}

// Token returns the token that is accepted.
func (s *Server) Token() string { return s.options.Token }

// APIURL returns what GITHUB_API_URL would hold.
func (s *Server) APIURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.api()
}

// GraphQLURL returns what GITHUB_GRAPHQL_URL would hold.
func (s *Server) GraphQLURL() string {
	return s.base() + s.graphPath()
}

// ServerURL returns what GITHUB_SERVER_URL would hold.
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

// root is scheme and host of the API. The lock is held.
func (s *Server) root() string {
	switch {
	case s.local != "":
		return s.local
	case s.options.Enterprise:
		return "https://ghes.test"
	}
	return "https://api.github.test"
}

// api is where the REST API starts. The lock is held.
func (s *Server) api() string {
	if s.options.Enterprise {
		return s.root() + "/api/v3"
	}
	return s.root()
}

// web is where people read the comments. The lock is held.
func (s *Server) web() string {
	if s.local != "" || s.options.Enterprise {
		return s.root()
	}
	return "https://github.test"
}

// Start serves on a loopback address, which the addresses name from then on,
// and returns what ends it.
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

// Requests returns what was received, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Count returns how many requests for an operation were received.
func (s *Server) Count(op Operation) int {
	n := 0
	for _, r := range s.Requests() {
		if r.Operation == op {
			n++
		}
	}
	return n
}

// Objections returns what was wrong with the requests, in words. A test fails
// on any, even if the client got what it wanted.
func (s *Server) Objections() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.objections...)
}
