package githubtest

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// graphOperation returns the operation of a GraphQL document by the field that it selects.
func graphOperation(r *http.Request, path string, fields map[string]any) Operation {
	if r.Method != http.MethodPost || r.URL.Path != path {
		return ""
	}
	text, _ := fields["query"].(string)
	switch {
	case strings.Contains(text, "unminimizeComment("):
		return Unminimize
	case strings.Contains(text, "minimizeComment("):
		return Minimize
	case strings.Contains(text, "userContentEdits("):
		return History
	case strings.Contains(text, "isMinimized"):
		return IsMinimized
	case strings.Contains(text, "viewer"):
		return Viewer
	}
	return ""
}

var classifier = regexp.MustCompile(`classifier:\s*([A-Z]+)`)

func (s *Server) graph(q query) reply {
	text, _ := q.fields["query"].(string)
	if strings.Count(text, "{") != strings.Count(text, "}") {
		s.objections = append(s.objections, "the braces of a GraphQL document do not match")
	}
	variables, _ := q.fields["variables"].(map[string]any)
	switch q.op {
	case Viewer:
		return newReply(http.StatusOK, `{"data":{"viewer":{"login":`+quote(s.options.Login)+`}}}`)
	case IsMinimized:
		return s.nodes(variables)
	case History:
		return s.history(text, variables)
	}
	if s.options.ReadOnly {
		return graphError("minimizeComment", "FORBIDDEN", "Resource not accessible by integration")
	}
	if q.op == Unminimize {
		return s.unminimize(variables)
	}
	m := classifier.FindStringSubmatch(text)
	if m == nil {
		return graphError("minimizeComment", "argumentLiteralsIncompatible", "classifier is missing")
	}
	for _, v := range variables {
		for _, c := range s.comments {
			if v == nodeID(c) {
				return s.minimize(c, m[1])
			}
		}
	}
	return graphError("minimizeComment", "NOT_FOUND", "Could not resolve to a node with the global id")
}

func (s *Server) minimize(c *Comment, reason string) reply {
	if c.Login != s.options.Login {
		s.objections = append(s.objections, fmt.Sprintf("the comment %d of %s is not ours to fold", c.ID, c.Login))
	}
	if c.Minimized != "" {
		s.objections = append(s.objections, fmt.Sprintf("the comment %d is folded already", c.ID))
	}
	c.Minimized = reason
	return newReply(http.StatusOK, `{"data":{"minimizeComment":{"minimizedComment":{"body":`+quote(c.Body)+`}}}}`)
}

func (s *Server) unminimize(variables map[string]any) reply {
	for _, v := range variables {
		for _, c := range s.comments {
			if v == nodeID(c) {
				c.Minimized = ""
				return newReply(http.StatusOK, `{"data":{"unminimizeComment":{"clientMutationId":null}}}`)
			}
		}
	}
	return graphError("unminimizeComment", "NOT_FOUND", "Could not resolve to a node with the global id")
}

// nodes returns the objects of a list of ids, which may be in any variable. For a deleted object it returns null
// and an error.
func (s *Server) nodes(variables map[string]any) reply {
	var data, errors []string
	for _, v := range variables {
		ids, _ := v.([]any)
		for _, id := range ids {
			found := "null"
			for _, c := range s.comments {
				if id == nodeID(c) {
					found = fmt.Sprintf(`{"id":%s,"isMinimized":%t}`, quote(id), c.Minimized != "")
				}
			}
			if found == "null" {
				errors = append(errors, `{"type":"NOT_FOUND","path":["nodes"],"message":"Could not resolve to a node"}`)
			}
			data = append(data, found)
		}
		if len(ids) > 100 {
			s.objections = append(s.objections, "more than 100 ids in one GraphQL query")
		}
	}
	body := `{"data":{"nodes":[` + strings.Join(data, ",") + `]}`
	if len(errors) > 0 {
		body += `,"errors":[` + strings.Join(errors, ",") + `]`
	}
	return newReply(http.StatusOK, body+"}")
}

var firstEdits = regexp.MustCompile(`userContentEdits\(first: ?(\d+)\)`)

// history returns the previous texts of a comment, newest first; its id may be in any variable. A comment that was
// never edited has none.
func (s *Server) history(text string, variables map[string]any) reply {
	m := firstEdits.FindStringSubmatch(text)
	if s.options.NoHistory || m == nil {
		return newReply(http.StatusOK, `{"errors":[{"message":"Field 'userContentEdits' doesn't exist on type 'IssueComment'"}]}`)
	}
	for _, v := range variables {
		for _, c := range s.comments {
			if v != nodeID(c) {
				continue
			}
			var edits []string
			for _, r := range c.versions[:min(len(c.versions), atoi(m[1]))] {
				kind, login := "User", r.login
				if name, ok := strings.CutSuffix(login, "[bot]"); ok {
					kind, login = "Bot", name
				}
				edits = append(edits, fmt.Sprintf(`{"diff":%s,"editor":{"__typename":"%s","login":%s}}`, quote(r.body), kind, quote(login)))
			}
			if c.Edits == 0 {
				edits = nil
			}
			return newReply(http.StatusOK,
				`{"data":{"node":{"body":`+quote(c.Body)+minimized(c)+`,"userContentEdits":{"nodes":[`+strings.Join(edits, ",")+`]}}}}`)
		}
	}
	return newReply(http.StatusOK, `{"data":{"node":null},"errors":[{"type":"NOT_FOUND","path":["node"],"message":"Could not resolve to a node"}]}`)
}

func minimized(c *Comment) string {
	if c.Minimized == "" {
		return `,"isMinimized":false,"minimizedReason":null`
	}
	return `,"isMinimized":true,"minimizedReason":` + quote(strings.ToLower(c.Minimized))
}

func graphError(field, kind, message string) reply {
	return newReply(http.StatusOK, fmt.Sprintf(`{"data":{"%s":null},"errors":[{"type":"%s","path":["%s"],"message":%s}]}`, field, kind, field, quote(message)))
}
