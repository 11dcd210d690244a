package scalrsim

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"regexp"
	"time"
)

func (s *Server) planLog(c *call) reply {
	r := s.runOf(c.ids[0])
	if r == nil {
		return notFound("Plan", c.ids[0])
	}
	return s.log(c, r.plan)
}

func (s *Server) applyLog(c *call) reply {
	r := s.runOf(c.ids[0])
	if r == nil || r.apply == nil {
		return notFound("Apply", c.ids[0])
	}
	return s.log(c, r.apply)
}

// log implements get_plan_log and get_apply_log of openapi.yml.
func (s *Server) log(c *call, g *stage) reply {
	if len(g.log) == 0 || (s.scenario.Logs.Mode == LogAtEnd && !g.final()) {
		return empty(204)
	}
	if s.scenario.Logs.Mode == LogRedirects {
		r := empty(302)
		r.header.Set("Location", s.signedLink("/logs/"+g.id))
		return r
	}
	return s.sendLog(g, c.query.Get("clean") == "true", c.query.Get("format") == "gzip")
}

// downloadLog serves a log on the blob host.
func (s *Server) downloadLog(id string) reply {
	r := s.runOf(id)
	switch {
	case r == nil:
		return storageError(404, "NoSuchKey", "The specified key does not exist.")
	case r.plan.id == id:
		return s.sendLog(r.plan, false, false)
	}
	return s.sendLog(r.apply, false, false)
}

// colors matches the escape sequences that clean=true removes.
var colors = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")

func (s *Server) sendLog(g *stage, clean, zipped bool) reply {
	body, size := g.read(time.Now())
	r := newReply(200, "text/plain; charset=utf-8", nil)
	r.body, r.size = body, size
	if clean && size < 64<<20 { // larger logs are generated and have no colors
		r = r.with(colors.ReplaceAll(r.bytes(), nil))
	}
	if zipped {
		r = r.with(compressed(r.bytes()))
		r.header.Set("Content-Type", "application/gzip")
	}
	return r
}

func compressed(text []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.Copy(z, bytes.NewReader(text)) // cannot fail: writes to memory
	_ = z.Close()
	return b.Bytes()
}

// sanitizedPlanJSON implements get_sanitized_json_output of openapi.yml.
func (s *Server) sanitizedPlanJSON(c *call) reply {
	r := s.runOf(c.ids[0])
	if r == nil {
		return notFound("Plan", c.ids[0])
	}
	if s.scenario.Logs.JSON == 307 {
		a := empty(307)
		a.header.Set("Location", s.api+BasePath+"/plans/"+r.plan.id+"/json-output")
		return a
	}
	return s.jsonOf(c, r, true)
}

// planJSON implements get_json_output of openapi.yml. Its response includes secrets.
func (s *Server) planJSON(c *call) reply {
	r := s.runOf(c.ids[0])
	if r == nil {
		return notFound("Plan", c.ids[0])
	}
	return s.jsonOf(c, r, false)
}

func (s *Server) jsonOf(c *call, r *run, sanitized bool) reply {
	switch s.scenario.Logs.JSON {
	case 204:
		return empty(204)
	case 403:
		return forbidden()
	case 404:
		return notFound("Plan", c.ids[0])
	case 413:
		return problem(413, "Content Too Large", "", "The plan is too large to be served.")
	}
	if r.plan.status != "finished" {
		return empty(204)
	}
	body := []byte(cmp.Or(r.script.PlanJSON, s.scenario.Logs.PlanJSON))
	switch {
	case r.planned != nil && sanitized:
		body = r.planned.sanitized
	case r.planned != nil:
		body = r.planned.json
	case len(body) == 0 && r.flag("refresh-only"):
		body = driftDocument(driftOf(r.resultsOf, r))
	case len(body) == 0:
		body = planDocument(changesOf(r.resultsOf, r))
	}
	if c.query.Get("format") == "gzip" {
		return newReply(200, "application/gzip", compressed(body))
	}
	return newReply(200, plain, body)
}
