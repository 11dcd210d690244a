package scalrsim

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// lease limits the validity of a token. The zero value is unlimited.
type lease struct {
	uses      int // remaining uses; 0 means unlimited
	until     time.Time
	exhausted bool
}

// dispatch processes a request and returns the response.
func (s *Server) dispatch(c *call) reply {
	switch c.origin {
	case "elsewhere":
		return s.handleElsewhere(c)
	case "blob":
		return s.handleBlob(c)
	}
	if refusal := s.inspect(c); refusal != nil {
		return *refusal
	}
	res := c.route.do(s, c)
	if c.header.Get("Prefer") != "" {
		res.header.Set("Preference-Applied", "profile=preview")
	}
	return res
}

// inspectOnly inspects a request that Scalr does not process because of a fault.
func (s *Server) inspectOnly(c *call) {
	switch c.origin {
	case "elsewhere":
		s.handleElsewhere(c)
	case "blob":
		s.inspectBlob(c)
	default:
		s.inspect(c)
	}
}

// handleElsewhere processes a request to a host to which a fault redirects.
func (s *Server) handleElsewhere(c *call) reply {
	if c.header.Get("Authorization") != "" {
		s.addObjection("%s %s: the token was sent to another host", c.method, c.host)
	}
	return document(200, object{"data": list{}})
}

// inspect inspects a request to the API. It returns nil if Scalr accepts the request.
func (s *Server) inspect(c *call) (refusal *reply) {
	if refusal := s.find(c); refusal != nil {
		return refusal
	}
	s.inspectHeaders(c)
	s.inspectQuery(c)
	if refusal := s.authorize(c); refusal != nil {
		return refusal
	}
	return s.inspectBody(c)
}

// objectTo records an objection to the request.
func (s *Server) objectTo(c *call, format string, args ...any) {
	s.addObjection("%s %s: %s", c.method, c.path, fmt.Sprintf(format, args...))
}

func (s *Server) find(c *call) *reply {
	if !strings.HasPrefix(c.url.EscapedPath(), BasePath+"/") {
		s.objectTo(c, "not below %s", BasePath)
		r := newReply(404, "text/html", []byte("<html><body>Not Found</body></html>"))
		return &r
	}
	known := false
	for i := range s.routes {
		ids, ok := matchPath(s.routes[i].path, c.path)
		known = known || ok
		if ok && s.routes[i].method == c.method {
			c.route, c.ids = &s.routes[i], ids
			for _, id := range ids {
				if !idForm.MatchString(id) {
					s.objectTo(c, "%q is not an id", id)
				}
			}
			return nil
		}
	}
	code := 404
	if known {
		code = 405
	}
	s.objectTo(c, "unknown operation")
	r := problem(code, http.StatusText(code), "", "")
	return &r
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

func matchPath(pattern, path string) (ids []string, ok bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	for i := range want {
		if want[i] == "*" {
			ids = append(ids, got[i])
		} else if want[i] != got[i] {
			return nil, false
		}
	}
	return ids, true
}

func (s *Server) inspectHeaders(c *call) {
	agent := c.header.Get("User-Agent")
	if agent == "" || strings.HasPrefix(agent, "Go-http-client") {
		s.objectTo(c, "User-Agent is missing or Go's default")
	}
	if c.header.Get("Idempotency-Key") != "" {
		s.objectTo(c, "Idempotency-Key makes http.Transport retry a POST")
	}
	if c.header.Get("Cookie") != "" {
		s.objectTo(c, "a cookie was sent")
	}
	accept := c.header.Get("Accept")
	// Scalr's own clients request JSON:API even if the response is plain JSON.
	if c.route.produces == plain && !strings.Contains(accept, plain) && !strings.Contains(accept, jsonAPI) && !strings.Contains(accept, "*/*") {
		s.objectTo(c, "Accept is %q, the response is %s", accept, plain)
	}
	if c.route.produces == jsonAPI && !strings.Contains(accept, jsonAPI) {
		s.objectTo(c, "Accept does not name %s", jsonAPI)
	}
}

func (s *Server) inspectQuery(c *call) {
	for name, values := range c.query {
		if strings.HasPrefix(name, "fields[") && slices.Contains(c.route.query, "fields") {
			continue
		}
		if !slices.Contains(c.route.query, name) {
			s.objectTo(c, "unknown query parameter %s", name)
		}
		if len(values) > 1 {
			s.objectTo(c, "query parameter %s is given twice", name)
		}
	}
	for _, name := range splitList(c.query.Get("include")) {
		if !slices.Contains(c.route.include, name) {
			s.objectTo(c, "include %q is not possible", name)
		}
	}
	for _, name := range splitList(c.query.Get("sort")) {
		if !slices.Contains(c.route.sort, strings.TrimPrefix(name, "-")) {
			s.objectTo(c, "sort by %q is not possible", name)
		}
	}
}

func splitList(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// authorize checks the token and counts its use. It rejects an expired token without an objection.
func (s *Server) authorize(c *call) *reply {
	given := c.header.Get("Authorization")
	if c.route.open {
		return nil // not an objection: Scalr's own clients send their token
	}
	token, _ := strings.CutPrefix(given, "Bearer ")
	l := s.tokens[token]
	if l != nil && l.valid(time.Now()) {
		return nil
	}
	if l == nil {
		s.objectTo(c, "the token is unknown")
	}
	r := problem(401, "Unauthorized", "", "Authentication credentials were not provided or are invalid.")
	return &r
}

func (l *lease) valid(now time.Time) bool {
	if l.exhausted || (!l.until.IsZero() && now.After(l.until)) {
		return false
	}
	if l.uses > 0 {
		l.uses--
		l.exhausted = l.uses == 0
	}
	return true
}

// inspectBody checks the content type and decodes the document.
func (s *Server) inspectBody(c *call) *reply {
	given, _, _ := mime.ParseMediaType(c.header.Get("Content-Type"))
	if c.route.consumes == "" {
		if len(c.body) > 0 {
			s.objectTo(c, "this operation does not accept a body")
		}
		return nil
	}
	if len(c.body) == 0 && c.route.consumes == plain {
		return nil // all members of an action's body are optional
	}
	if given != c.route.consumes {
		s.objectTo(c, "Content-Type is %q, not %s", given, c.route.consumes)
		r := problem(415, "Unsupported Media Type", "", "")
		return &r
	}
	if err := json.Unmarshal(c.body, &c.doc); err != nil {
		s.objectTo(c, "the body is not a JSON object: %v", err)
		r := problem(400, "Bad Request", "", "The request body is not valid JSON.")
		return &r
	}
	return nil
}
