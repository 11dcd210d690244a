package githubtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBody is GitHub's maximum length of a comment, in characters.
const maxBody = 65536

// Comment is the current state of a comment on a pull request.
type Comment struct {
	ID        int64
	Number    int // of the pull request
	Login     string
	Body      string
	Edits     int
	Minimized string // the reason, e.g. OUTDATED; empty while it is shown

	from     time.Time  // time from which it is listed
	versions []revision // newest first; only the first body before any edit
}

// revision is a text that a comment had or has.
type revision struct{ login, body string }

// Say adds a comment by any user.
func (s *Server) Say(number int, login, body string) Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.add(number, login, body, 0)
}

// Lock closes the conversation of a pull request.
func (s *Server) Lock(number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locked[number] = true
}

// Comments returns those of a pull request, oldest first.
func (s *Server) Comments(number int) []Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Comment
	for _, c := range s.comments {
		if c.Number == number {
			all = append(all, *c)
		}
	}
	return all
}

// Written returns the comments of the token's own login.
func (s *Server) Written(number int) []Comment {
	var own []Comment
	for _, c := range s.Comments(number) {
		if c.Login == s.options.Login {
			own = append(own, c)
		}
	}
	return own
}

func (s *Server) add(number int, login, body string, late time.Duration) *Comment {
	s.lastID++
	c := &Comment{ID: s.lastID, Number: number, Login: login, Body: strings.TrimSpace(body), from: time.Now().Add(late)}
	c.versions = []revision{{login, c.Body}}
	s.comments = append(s.comments, c)
	return c
}

// edit changes the text of a comment.
func (c *Comment) edit(login, body string) {
	c.Body = strings.TrimSpace(body)
	c.Edits++
	c.versions = append([]revision{{login, c.Body}}, c.versions...)
}

// Edit changes a comment like a user with write access to the repository.
func (s *Server) Edit(id int64, login, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.comments {
		if c.ID == id {
			c.edit(login, body)
		}
	}
}

// Minimize minimizes a comment like a user, for a reason such as OFF_TOPIC.
func (s *Server) Minimize(id int64, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.comments {
		if c.ID == id {
			c.Minimized = reason
		}
	}
}

func nodeID(c *Comment) string { return fmt.Sprintf("IC_kwDO%d", c.ID) }

func (s *Server) commentJSON(c *Comment) string {
	kind := "User"
	if strings.HasSuffix(c.Login, "[bot]") {
		kind = "Bot"
	}
	return fmt.Sprintf(`{"url":%s,"html_url":%s,"id":%d,"node_id":%s,"user":{"login":%s,"id":41,"type":"%s","site_admin":false},`+
		`"body":%s,"author_association":"NONE"}`,
		quote(fmt.Sprintf("%s/repos/%s/issues/comments/%d", s.api(), s.options.Repository, c.ID)),
		quote(fmt.Sprintf("%s/%s/pull/%d#issuecomment-%d", s.web(), s.options.Repository, c.Number, c.ID)),
		c.ID, quote(nodeID(c)), quote(c.Login), kind, quote(c.Body))
}

func (s *Server) listComments(q query) reply {
	number := atoi(q.arguments[0])
	if !s.hasPull(number) {
		return refuse(http.StatusNotFound, "Not Found")
	}
	per, page := 30, 1
	if n := atoi(q.values.Get("per_page")); n > 0 {
		per = min(n, 100)
	}
	if n := atoi(q.values.Get("page")); n > 0 {
		page = n
	}
	var all []string
	for _, c := range s.comments {
		if c.Number == number && !time.Now().Before(c.from) {
			all = append(all, s.commentJSON(c))
		}
	}
	start := min((page-1)*per, len(all))
	end := min(start+per, len(all))
	out := newReply(http.StatusOK, "["+strings.Join(all[start:end], ",")+"]")
	if last := (len(all) + per - 1) / per; last > 1 && !s.options.NoLink {
		out.header.Set("Link", s.links(number, per, page, last))
	}
	return out
}

// links returns a Link header in GitHub's format ("Using pagination in the REST API"), which uses the id of the
// repository.
func (s *Server) links(number, per, page, last int) string {
	var links []string
	link := func(to int, rel string) {
		links = append(links, fmt.Sprintf(`<%s/repositories/1/issues/%d/comments?per_page=%d&page=%d>; rel="%s"`, s.api(), number, per, to, rel))
	}
	if page > 1 {
		link(page-1, "prev")
	}
	if page < last {
		link(page+1, "next")
		link(last, "last")
	}
	if page > 1 {
		link(1, "first")
	}
	return strings.Join(links, ", ")
}

func (s *Server) createComment(q query, late time.Duration) reply {
	number := atoi(q.arguments[0])
	switch {
	case !s.hasPull(number):
		return refuse(http.StatusNotFound, "Not Found")
	case s.options.ReadOnly:
		return s.readOnly()
	case s.locked[number]:
		return refuse(http.StatusForbidden, "Unable to create comment because issue is locked.")
	}
	body, problem := s.bodyOf(q)
	if problem != nil {
		return *problem
	}
	c := s.add(number, s.options.Login, body, late)
	return newReply(http.StatusCreated, s.commentJSON(c))
}

func (s *Server) getComment(q query) reply {
	for _, c := range s.comments {
		if fmt.Sprint(c.ID) == q.arguments[0] {
			return newReply(http.StatusOK, s.commentJSON(c))
		}
	}
	return refuse(http.StatusNotFound, "Not Found")
}

func (s *Server) editComment(q query) reply {
	for _, c := range s.comments {
		if fmt.Sprint(c.ID) != q.arguments[0] {
			continue
		}
		if s.options.ReadOnly {
			return s.readOnly()
		}
		if c.Login != s.options.Login {
			// GitHub allows this for any token with write access.
			s.objections = append(s.objections, fmt.Sprintf("the comment %d of %s is not ours to edit", c.ID, c.Login))
		}
		body, problem := s.bodyOf(q)
		if problem != nil {
			return *problem
		}
		c.edit(s.options.Login, body)
		return newReply(http.StatusOK, s.commentJSON(c))
	}
	return refuse(http.StatusNotFound, "Not Found")
}

func (s *Server) bodyOf(q query) (string, *reply) {
	body, ok := q.fields["body"].(string)
	if !ok || len(q.fields) != 1 {
		s.objections = append(s.objections, fmt.Sprintf("%s: the document has other fields than a body", q.op))
	}
	switch {
	case strings.TrimSpace(body) == "":
		return "", new(invalid("body can't be blank"))
	case utf8.RuneCountInString(body) > maxBody:
		return "", new(invalid("Body is too long (maximum is 65536 characters)"))
	}
	return body, nil
}

func invalid(message string) reply {
	return newReply(http.StatusUnprocessableEntity, `{"message":"Validation Failed",`+
		`"errors":[{"resource":"IssueComment","code":"unprocessable","field":"data","message":`+
		quote(message)+`}],"documentation_url":"https://docs.github.com/rest/issues/comments"}`)
}

func (s *Server) readOnly() reply {
	out := refuse(http.StatusForbidden, "Resource not accessible by integration")
	out.header.Set("X-Accepted-GitHub-Permissions", "issues=write; pull_requests=write")
	return out
}

func atoi(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
