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

// lease limits the validity of a token. The zero value has no limit.
type lease struct {
	uses  int // left, if limited
	until time.Time
	spent bool
}

// dispatch processes a request and returns the response.
func (s *Server) dispatch(c *call) reply {
	switch c.origin {
	case "elsewhere":
		return s.elsewhereAnswer(c)
	case "blob":
		return s.blobAnswer(c)
	}
	if refusal := s.inspect(c); refusal != nil {
		return *refusal
	}
	answer := c.route.do(s, c)
	if c.header.Get("Prefer") != "" {
		answer.header.Set("Preference-Applied", "profile=preview")
	}
	return answer
}

// inspectOnly checks a request that Scalr does not process because of a fault.
func (s *Server) inspectOnly(c *call) {
	switch c.origin {
	case "elsewhere":
		s.elsewhereAnswer(c)
	case "blob":
		s.inspectBlob(c)
	default:
		s.inspect(c)
	}
}

// elsewhereAnswer is the response of a host to which a fault redirects.
func (s *Server) elsewhereAnswer(c *call) reply {
	if c.header.Get("Authorization") != "" {
		s.object("%s %s: the token was sent to another host", c.method, c.host)
	}
	return document(200, object{"data": list{}})
}

// inspect checks a request to the API. The refusal is nil if Scalr accepts the request.
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

// wrong records an objection to the request.
func (s *Server) wrong(c *call, format string, args ...any) {
	s.object("%s %s: %s", c.method, c.path, fmt.Sprintf(format, args...))
}

func (s *Server) find(c *call) *reply {
	if !strings.HasPrefix(c.url.EscapedPath(), BasePath+"/") {
		s.wrong(c, "not below %s", BasePath)
		r := answer(404, "text/html", []byte("<html><body>Not Found</body></html>"))
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
					s.wrong(c, "%q is not an id", id)
				}
			}
			return nil
		}
	}
	code := 404
	if known {
		code = 405
	}
	s.wrong(c, "unknown operation")
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
		s.wrong(c, "User-Agent is missing or Go's default")
	}
	if c.header.Get("Idempotency-Key") != "" {
		s.wrong(c, "Idempotency-Key makes http.Transport retry a POST")
	}
	if c.header.Get("Cookie") != "" {
		s.wrong(c, "a cookie was sent")
	}
	accept := c.header.Get("Accept")
	// Scalr's own clients ask for JSON:API even where the response is plain JSON.
	if c.route.gives == plain && !strings.Contains(accept, plain) && !strings.Contains(accept, jsonAPI) && !strings.Contains(accept, "*/*") {
		s.wrong(c, "Accept is %q, the response is %s", accept, plain)
	}
	if c.route.gives == jsonAPI && !strings.Contains(accept, jsonAPI) {
		s.wrong(c, "Accept does not name %s", jsonAPI)
	}
}

func (s *Server) inspectQuery(c *call) {
	for name, values := range c.query {
		if strings.HasPrefix(name, "fields[") && slices.Contains(c.route.query, "fields") {
			continue
		}
		if !slices.Contains(c.route.query, name) {
			s.wrong(c, "unknown query parameter %s", name)
		}
		if len(values) > 1 {
			s.wrong(c, "query parameter %s is given twice", name)
		}
	}
	for _, name := range splitList(c.query.Get("include")) {
		if !slices.Contains(c.route.include, name) {
			s.wrong(c, "include %q is not possible", name)
		}
	}
	for _, name := range splitList(c.query.Get("sort")) {
		if !slices.Contains(c.route.sort, strings.TrimPrefix(name, "-")) {
			s.wrong(c, "sort by %q is not possible", name)
		}
	}
}

func splitList(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// authorize checks the token and counts its use. It refuses an expired token without an
// objection.
func (s *Server) authorize(c *call) *reply {
	given := c.header.Get("Authorization")
	if c.route.open {
		return nil // Scalr's own clients send their token nevertheless
	}
	token, _ := strings.CutPrefix(given, "Bearer ")
	l := s.tokens[token]
	if l != nil && l.good(time.Now()) {
		return nil
	}
	if l == nil {
		s.wrong(c, "the token is unknown")
	}
	r := problem(401, "Unauthorized", "", "Authentication credentials were not provided or are invalid.")
	return &r
}

func (l *lease) good(now time.Time) bool {
	if l.spent || (!l.until.IsZero() && now.After(l.until)) {
		return false
	}
	if l.uses > 0 {
		l.uses--
		l.spent = l.uses == 0
	}
	return true
}

// inspectBody checks the content type and reads the document.
func (s *Server) inspectBody(c *call) *reply {
	given, _, _ := mime.ParseMediaType(c.header.Get("Content-Type"))
	if c.route.takes == "" {
		if len(c.body) > 0 {
			s.wrong(c, "this operation takes no body")
		}
		return nil
	}
	if len(c.body) == 0 && c.route.takes == plain {
		return nil // every member of an action's body is optional
	}
	if given != c.route.takes {
		s.wrong(c, "Content-Type is %q, not %s", given, c.route.takes)
		r := problem(415, "Unsupported Media Type", "", "")
		return &r
	}
	if err := json.Unmarshal(c.body, &c.doc); err != nil {
		s.wrong(c, "the body is not a JSON object: %v", err)
		r := problem(400, "Bad Request", "", "The request body is not valid JSON.")
		return &r
	}
	return nil
}
