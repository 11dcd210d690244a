package scalrsim

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// Phase says whether the request has its effect.
type Phase int

// With Before the request is never seen by Scalr; with After it has its whole
// effect, and only the answer is lost or replaced.
const (
	Before Phase = iota
	After
)

// Action is what goes wrong.
type Action string

// The actions. Those marked (answer) keep the effect of the request and its
// real answer as their raw material, whatever the phase.
const (
	Status     Action = "status"      // Status, Header and Body in place of the answer
	Refuse     Action = "refuse"      // no connection; over sockets as Reset
	Reset      Action = "reset"       // the connection is reset, after Bytes of the request's body
	EOF        Action = "eof"         // the connection is closed without an answer
	Stall      Action = "stall"       // no answer, ever
	Delay      Action = "delay"       // the answer comes Delay later
	LateCommit Action = "late-commit" // as Reset (or Status, if set), and the effect comes Delay later
	HTML       Action = "html"        // a proxy's page, 200 unless Status is set
	Redirect   Action = "redirect"    // to Target, 302 unless Status is set
	Expired    Action = "expired"     // 403 as an object store says that a link is too old
	Twice      Action = "twice"       // the request has its effect two times
	Empty      Action = "empty"       // (answer) no body
	Truncate   Action = "truncate"    // (answer) only Bytes of the body, with an honest length
	Break      Action = "break"       // (answer) reset after Bytes of the body
	Hang       Action = "hang"        // (answer) stalls after Bytes of the body
	Trickle    Action = "trickle"     // (answer) Bytes at a time, each after Delay; the request's body likewise
	Garbage    Action = "garbage"     // (answer) Body in place of the body
	Edit       Action = "edit"        // (answer) Change is applied to the body
	Misreport  Action = "misreport"   // (answer) each resource says Value of Member, an attribute or a relationship by its id; nil leaves it out
)

// Fault is an instruction to spoil some requests.
type Fault struct {
	// Op is "METHOD /path" without the base path; `*` stands for one element
	// of the path, "* /**" for every request. Uploads and downloads on the blob
	// host are "PUT /upload/*" and "GET /logs/*".
	Op string
	// Nth is the first matching request that is hit, from 1; 0 means 1.
	Nth int
	// Times is how many are hit from there; 0 means 1, -1 all.
	Times int
	// During, if set, takes the place of Times: all that come so long after the
	// first one hit.
	During time.Duration
	// Chance, if set, hits each of them only with this probability.
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
	first     time.Time // when it was hit first
}

// faultStates notes the hosts to which the faults redirect, for they exist.
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

// AddFault gives one more instruction to a server that runs.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faultStates([]Fault{f}, s.elsewhere)...)
}

// UnusedFaults are the instructions that hit nothing. A test whose fault was
// never used has shown nothing.
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

// strike picks the fault for a request; every fault counts every request that
// its Op matches.
func (s *Server) strike(method, p string) *Fault {
	var struck *Fault
	for _, f := range s.faults {
		if !f.matches(method, p) {
			continue
		}
		f.seen++
		if struck != nil || !s.due(f) {
			continue
		}
		if f.hit == 0 {
			f.first = time.Now()
		}
		f.hit++
		struck = &f.Fault
	}
	return struck
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
