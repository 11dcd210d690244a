package scalrsim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// arrival is a received request whose body has not been read.
type arrival struct {
	origin  string // api, blob or elsewhere
	method  string
	url     *url.URL
	host    string
	header  http.Header
	body    io.Reader
	length  int64
	chunked bool
}

// call is a request with its body.
type call struct {
	arrival
	path  string // below the base path
	query url.Values
	body  []byte
	doc   object   // decoded JSON body
	ids   []string // path elements that match * in the route
	route *route
}

type lateCommit struct {
	due  time.Time
	call *call
}

// exchange processes one request. It returns an error if the client disconnects or the body cannot be read.
func (s *Server) exchange(ctx context.Context, a arrival) (reply, error) {
	c := &call{arrival: a, path: relative(a), query: a.url.Query()}
	index, fault := s.record(c)
	if fault != nil && fault.Action == Refuse {
		return reply{end: refused}, nil
	}
	cutShort, err := c.read(ctx, fault)
	s.recordBody(index, c.body)
	if err != nil {
		return reply{}, err
	}
	if cutShort {
		return reply{end: reset}, nil
	}
	if fault != nil && fault.Action == Delay && fault.Phase == Before {
		if err := wait(ctx, fault.Delay); err != nil {
			return reply{}, err
		}
	}
	res := s.handle(c, fault)
	s.recordStatus(index, res)
	if res.delay > 0 {
		if err := wait(ctx, res.delay); err != nil {
			return reply{}, err
		}
	}
	return res, nil
}

func relative(a arrival) string {
	if a.origin == "api" {
		if rest, ok := strings.CutPrefix(a.url.EscapedPath(), BasePath); ok && strings.HasPrefix(rest, "/") {
			return rest
		}
	}
	return a.url.EscapedPath()
}

func (s *Server) record(c *call) (index int, fault *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{
		Time: time.Now(), Method: c.method, Host: c.host, Path: c.path,
		Query: c.url.RawQuery, Header: c.header.Clone(), Elsewhere: c.origin == "elsewhere",
	})
	if c.origin == "elsewhere" {
		return len(s.requests) - 1, nil
	}
	return len(s.requests) - 1, s.pickFault(c.method, c.path)
}

// read reads the body. cutShort reports whether a fault ended it early.
func (c *call) read(ctx context.Context, f *Fault) (cutShort bool, err error) {
	var body io.Reader = c.arrival.body
	if f != nil && f.Action == Trickle && f.Bytes > 0 {
		body = &slowReader{ctx: ctx, from: body, bytes: f.Bytes, pause: f.Delay}
	}
	if f != nil && f.Action == Reset && f.Phase == Before && f.Bytes > 0 {
		c.body, err = io.ReadAll(io.LimitReader(body, f.Bytes))
		return true, err
	}
	c.body, err = io.ReadAll(body)
	if err == nil && c.length >= 0 && int64(len(c.body)) != c.length {
		err = errors.New("the length of the request's body differs from its Content-Length")
	}
	return false, err
}

type slowReader struct {
	ctx   context.Context
	from  io.Reader
	bytes int64
	pause time.Duration
}

func (r *slowReader) Read(p []byte) (int, error) {
	if err := wait(r.ctx, r.pause); err != nil {
		return 0, err
	}
	return r.from.Read(p[:min(int64(len(p)), r.bytes)])
}

func (s *Server) recordBody(index int, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := sha256.Sum256(body)
	r := &s.requests[index]
	r.BodyBytes, r.BodySHA256 = int64(len(body)), hex.EncodeToString(sum[:])
	if len(body) <= 64<<10 && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/octet-stream") {
		r.Body = string(body)
	}
}

func (s *Server) recordStatus(index int, a reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[index].Status = a.status
}

// handle returns the response to the request. A fault may prevent the request from being processed.
func (s *Server) handle(c *call, f *Fault) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	if f == nil || f.Action == Delay {
		a := s.dispatch(c)
		if f != nil && f.Phase == After {
			a.delay = f.Delay
		}
		return a
	}
	if f.Action == LateCommit {
		s.late = append(s.late, lateCommit{time.Now().Add(f.Delay), c})
		return replace(f)
	}
	if edit, ok := responseEdits[f.Action]; ok {
		return edit(s.dispatch(c), f)
	}
	if f.Phase == After || f.Action == Twice {
		a := s.dispatch(c)
		if f.Action == Twice {
			s.dispatch(c)
			return a
		}
	} else {
		s.inspectOnly(c)
	}
	return replace(f)
}

// advance updates the state to the current time: first the late commits, then all runs.
func (s *Server) advance() {
	now := time.Now()
	var waiting []lateCommit
	for _, l := range s.late {
		if l.due.After(now) {
			waiting = append(waiting, l)
			continue
		}
		s.commitTime = l.due
		s.dispatch(l.call)
		s.commitTime = time.Time{}
	}
	s.late = waiting
	s.expireLock(now)
	for _, r := range s.runs {
		s.advanceRun(r, now)
	}
}
