package scalrsim

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// Phase is the point at which a fault occurs: before or after Scalr processes the request.
type Phase int

// With Before, Scalr does not process the request. With After, Scalr processes it, and only the response is lost or
// replaced.
const (
	Before Phase = iota
	After
)

// Action is the kind of a fault.
type Action string

// The actions. Those marked (answer) modify the real answer of a request that Scalr has
// processed, whatever the phase.
const (
	Status     Action = "status"      // a response with Status, Header and Body
	Refuse     Action = "refuse"      // the connection is refused; over sockets like Reset
	Reset      Action = "reset"       // the connection is reset, after Bytes of the request's body
	EOF        Action = "eof"         // the connection is closed without a response
	Stall      Action = "stall"       // no response, ever
	Delay      Action = "delay"       // the response is sent after Delay
	LateCommit Action = "late-commit" // like Reset (or Status, if set); processed after Delay
	HTML       Action = "html"        // the HTML page of a proxy, 200 unless Status is set
	Redirect   Action = "redirect"    // to Target, 302 unless Status is set
	Expired    Action = "expired"     // the 403 of an object store for an expired link
	Twice      Action = "twice"       // the request is processed twice
	Empty      Action = "empty"       // (answer) no body
	Truncate   Action = "truncate"    // (answer) only Bytes of the body, with that Content-Length
	Break      Action = "break"       // (answer) reset after Bytes of the body
	Hang       Action = "hang"        // (answer) stalls after Bytes of the body
	Trickle    Action = "trickle"     // (answer) Bytes at a time, each after Delay; the request's body too
	Garbage    Action = "garbage"     // (answer) Body replaces the body
	Edit       Action = "edit"        // (answer) Change is applied to the body
	// (answer) Member of each resource, an attribute or a relationship by its id, is Value; nil
	// leaves it out.
	Misreport Action = "misreport"
)

// Fault makes some requests fail.
type Fault struct {
	// Op is "METHOD /path" without the base path. `*` matches one element of the path, "* /**"
	// matches every request. Uploads and downloads on the blob host are "PUT /upload/*" and
	// "GET /logs/*".
	Op string
	// Nth is the number of the first matching request that fails, from 1; 0 means 1.
	Nth int
	// Times is the number of requests that fail from there; 0 means 1, -1 all.
	Times int
	// During, if set, replaces Times: all requests fail for this long after the first failure.
	During time.Duration
	// Chance, if set, is the probability with which each of them fails.
	Chance float64

	Phase  Phase
	Action Action
	Status int
	Header http.Header
	Body   string
	Bytes  int64
	Delay  time.Duration
	Target string
	Change func(body string) string `json:"-"`
	Member string
	Value  any
}

type faultState struct {
	Fault
	seen, hit int
	first     time.Time // of the first hit
}

// faultStates also adds the hosts to which the faults redirect to hosts.
func faultStates(faults []Fault, hosts map[string]bool) []*faultState {
	var states []*faultState
	for _, f := range faults {
		states = append(states, &faultState{Fault: f})
		if target, err := url.Parse(f.Target); err == nil && target.Host != "" {
			hosts[target.Host] = true
		}
	}
	return states
}

// AddFault adds a fault to a running server.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faultStates([]Fault{f}, s.elsewhere)...)
}

// UnusedFaults returns the faults that hit no request. A test with an unused fault did not test
// that fault.
func (s *Server) UnusedFaults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var unused []Fault
	for _, f := range s.faults {
		if f.hit == 0 {
			unused = append(unused, f.Fault)
		}
	}
	return unused
}

// pickFault returns the fault for a request, or nil. Each fault counts all requests that match
// its Op.
func (s *Server) pickFault(method, p string) *Fault {
	var picked *Fault
	for _, f := range s.faults {
		if !f.matches(method, p) {
			continue
		}
		f.seen++
		if picked != nil || !s.due(f) {
			continue
		}
		if f.hit == 0 {
			f.first = time.Now()
		}
		f.hit++
		picked = &f.Fault
	}
	return picked
}

func (f *faultState) matches(method, p string) bool {
	wantMethod, pattern, _ := strings.Cut(f.Op, " ")
	if wantMethod != "*" && wantMethod != method {
		return false
	}
	ok, err := path.Match(pattern, p)
	return pattern == "/**" || (ok && err == nil)
}

func (s *Server) due(f *faultState) bool {
	if f.seen < max(f.Nth, 1) || (f.Chance > 0 && s.dice.Float64() >= f.Chance) {
		return false
	}
	if f.During > 0 {
		return f.hit == 0 || time.Since(f.first) < f.During
	}
	return f.Times < 0 || f.hit < max(f.Times, 1)
}
