package scalrsim

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// Token is the API token that the simulator accepts.
const Token = "sim-token-7f3c9be25d1a48608b17c4e9"

// BasePath is the path of the API below [Server.URL].
const BasePath = "/api/iacp/v3"

// The origins for the transport of [Server.Client].
const (
	apiOrigin  = "https://acme.scalr.test"
	blobOrigin = "https://blob.scalr.test"
)

// Server is a simulated Scalr. It is safe for concurrent use.
type Server struct {
	scenario Scenario
	random   *rand.Rand
	routes   []route

	mu               sync.Mutex
	api, blob        string // origins
	started          time.Time
	commitTime       time.Time // time of the current late commit, or zero
	ids              map[string]int
	resources        []*resource
	versions         []*version
	runs             []*run
	tokens           map[string]*lease
	links            map[string]time.Time // creation time by signature
	outputs          map[string][]Output  // by workspace
	runScripts       map[string]RunScript // by workspace; overrides the scenario
	blockingRunAdded bool                 // the run of Script.Queue was created
	lockExpired      bool                 // the lock of Config.Lock was removed
	faults           []*faultState
	late             []lateCommit
	objections       []string
	requests         []Request
	elsewhere        map[string]bool // hosts to which faults redirect

	executor *executor
}

// New returns a server for the scenario. Close must be called if the scenario executes configurations.
func New(scenario Scenario) *Server {
	s := &Server{
		scenario:  scenario,
		random:    rand.New(rand.NewPCG(scenario.Seed, 1)),
		routes:    routes(),
		api:       apiOrigin,
		blob:      blobOrigin,
		started:   time.Now(),
		ids:       map[string]int{},
		tokens:    map[string]*lease{Token: {}},
		links:     map[string]time.Time{},
		outputs:   map[string][]Output{},
		elsewhere: map[string]bool{},
	}
	s.faults = faultStates(scenario.Faults, s.elsewhere)
	if scenario.Script.Execute {
		s.executor = newExecutor(s)
	}
	s.populate()
	if scenario.Setup != nil {
		scenario.Setup(s)
	}
	return s
}

// URL returns the base URL for clients.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.api
}

// SetURLs sets the origins of links in responses. [Server.Start] calls it; servers that use the two handlers
// directly must call it.
func (s *Server) SetURLs(api, blob string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.api, s.blob = api, blob
}

// Executes reports whether uploaded configurations are executed.
func (s *Server) Executes() bool { return s.executor.available() }

// Close stops running executions and removes their files.
func (s *Server) Close() {
	if s.executor != nil {
		s.executor.close()
	}
}

// now returns the time that handlers must use. It is in the past during a late commit.
func (s *Server) now() time.Time {
	if !s.commitTime.IsZero() {
		return s.commitTime
	}
	return time.Now()
}

// paced returns d multiplied by the scenario's pace.
func (s *Server) paced(d time.Duration) time.Duration {
	if s.scenario.Pace == 0 {
		return d
	}
	return time.Duration(float64(d) * s.scenario.Pace)
}

// id returns a new ID in Scalr's format. The sequence of IDs is deterministic.
func (s *Server) id(prefix string) string {
	s.ids[prefix]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", prefix, s.ids[prefix]))
	return prefix + "-v0" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:13]
}

func (s *Server) addObjection(format string, args ...any) {
	s.objections = append(s.objections, fmt.Sprintf(format, args...))
}

// wait waits for d or until the context is done.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
