package scalrsim

import (
	"slices"
	"strings"
	"time"
)

// readRun implements get_run of openapi.yml.
func (s *Server) readRun(c *call) reply {
	r := s.run(c.ids[0])
	if r == nil || time.Since(r.created) < s.paced(s.scenario.Config.ReadLag) {
		return notFound("Run", c.ids[0])
	}
	return s.one(c, 200, s.runResource(r))
}

// listRuns implements get_runs of openapi.yml. It lists the newest run first; the list may lag behind
// (Config.ListLag).
func (s *Server) listRuns(c *call) reply { return s.listing(c, s.filteredRuns(c)) }

// listRunsQueue implements get_runs_queue of openapi.yml.
func (s *Server) listRunsQueue(c *call) reply {
	return s.listing(c, slices.DeleteFunc(s.filteredRuns(c), func(r *resource) bool {
		return !s.run(r.id).ended.IsZero()
	}))
}

func (s *Server) filteredRuns(c *call) []*resource {
	var found []*resource
	for _, r := range s.runs {
		if time.Since(r.created) >= s.paced(s.scenario.Config.ListLag) && s.runPasses(r, c) {
			found = append(found, s.runResource(r))
		}
	}
	if !s.scenario.Config.OldestRun {
		slices.Reverse(found)
	}
	return found
}

func (s *Server) runPasses(r *run, c *call) bool {
	shown := s.runResource(r)
	for name, values := range c.query {
		value := values[0]
		switch name {
		case "filter[workspace]", "filter[environment]":
			kind := strings.TrimSuffix(strings.TrimPrefix(name, "filter["), "]")
			if !oneOf(shown.relatedID(kind), value) {
				return false
			}
		case "filter[env-or-ws]":
			if !oneOf(r.workspace, value) && !oneOf(shown.relatedID("environment"), value) {
				return false
			}
		case "filter[run]":
			if !oneOf(r.id, value) {
				return false
			}
		case "filter[status]", "filter[source]":
			if !oneOf(shown.attributes[strings.TrimSuffix(strings.TrimPrefix(name, "filter["), "]")].(string), value) {
				return false
			}
		case "filter[is-dry]":
			if (value == "true") != r.dry {
				return false
			}
		case "query":
			if !strings.Contains(r.id+" "+r.text("message"), value) {
				return false
			}
		}
	}
	return true
}
