package githubtest

import (
	"net/http"
	"strconv"
	"time"
)

// Phase says whether a faulty request has its effect.
type Phase int

const (
	Before Phase = iota // the request is never carried out
	After               // it is carried out, and the answer is another
)

// Fault makes requests for an operation go wrong. With Delay alone they go
// right, later.
type Fault struct {
	Operation Operation
	Phase     Phase
	Skip      int // so many requests pass first
	Times     int // how many go wrong: 0 is one, less than 0 all

	Delay  time.Duration // before the answer
	Reset  bool          // the connection breaks in place of an answer
	Status int           // of the answer
	Header http.Header
	Body   string
	Late   time.Duration // a comment made by the request is listed only so much later
}

// PrimaryLimit is the fault of a token that has no requests left until reset,
// by the server's clock.
func PrimaryLimit(op Operation, reset time.Time) Fault {
	return Fault{Operation: op, Status: http.StatusForbidden,
		Header: http.Header{
			"X-Ratelimit-Limit":     {"1000"},
			"X-Ratelimit-Remaining": {"0"},
			"X-Ratelimit-Reset":     {strconv.FormatInt(reset.Unix(), 10)},
		},
		Body: `{"message":"API rate limit exceeded for installation ID 42.","documentation_url":"https://docs.github.com/rest"}`}
}

// SecondaryLimit is the fault of a client that is too fast. Less than 0 leaves
// out the header that says how long to wait.
func SecondaryLimit(op Operation, wait time.Duration) Fault {
	h := http.Header{}
	if wait >= 0 {
		h.Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
	}
	return Fault{Operation: op, Status: http.StatusForbidden, Header: h,
		Body: `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}`}
}

type armed struct {
	Fault
	used int
}

// Fail arms a fault. Of several that fit a request the first armed is used.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &armed{Fault: f})
}

// Unused returns the faults that did not go wrong as often as they should. A
// test that armed them has not shown what it says.
func (s *Server) Unused() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []Fault
	for _, f := range s.faults {
		if f.used < max(f.Times, 1) {
			left = append(left, f.Fault)
		}
	}
	return left
}

// take returns the fault for this request, or nil. The lock is held.
func (s *Server) take(op Operation) *Fault {
	for _, f := range s.faults {
		switch {
		case f.Operation != op, f.Times >= 0 && f.used >= max(f.Times, 1):
			continue
		case f.Skip > 0:
			f.Skip--
			continue
		}
		f.used++
		fault := f.Fault
		return &fault
	}
	return nil
}

// remember keeps when a limited client may come back. The lock is held.
func (s *Server) remember(f *Fault) {
	if seconds, err := strconv.Atoi(f.Header.Get("Retry-After")); err == nil {
		s.notBefore = time.Now().Add(time.Duration(seconds) * time.Second)
	}
	if reset, err := strconv.ParseInt(f.Header.Get("X-RateLimit-Reset"), 10, 64); err == nil {
		s.notBefore = time.Unix(reset, 0).Add(-s.options.Skew)
	}
}
