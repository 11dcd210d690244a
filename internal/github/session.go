package github

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/retry"
)

// session is one use of a thread, with validated URLs and the remaining retry budget. It must not be
// used concurrently.
type session struct {
	thread      Thread
	client      http.Client
	api         string // without a slash at the end
	graphql     string
	origin      string // the only origin that receives the token
	retryBudget *retry.Budget
	login       string // of the token, once it is known
	retried     string // the last error that was passed to Retrying
}

var repositoryName = lazyregexp.New(`^[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*$`)

func (t Thread) open() (*session, error) {
	api, err := address("API address", t.APIURL)
	if err != nil {
		return nil, err
	}
	graphql := api.JoinPath("graphql")
	if t.GraphQLURL != "" {
		if graphql, err = address("GraphQL address", t.GraphQLURL); err != nil {
			return nil, err
		}
	} else if strings.HasSuffix(api.Path, "/api/v3") {
		// On GitHub Enterprise Server, the GraphQL API is a sibling of the REST API's versions.
		graphql = api.JoinPath("../graphql")
	}
	switch {
	case origin(api) != origin(graphql):
		return nil, misused("the GraphQL address is on another host than the API: %s and %s", graphql.Host, api.Host)
	case !repositoryName.MatchString(t.Repository):
		return nil, misused("%q is not a repository of the form owner/name", t.Repository)
	case t.Token.Empty():
		return nil, misused("the token is empty")
	case strings.ContainsFunc(t.Token.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, misused("the token contains an invalid character, such as a space or a line break")
	}
	s := &session{thread: t, api: api.String(), graphql: graphql.String(), origin: origin(api), retryBudget: retry.NewBudget(retryBudget)}
	if t.HTTP != nil {
		s.client = *t.HTTP
	}
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s, nil
}

// address parses and checks the URL to which the token is sent.
func address(what, raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, misused("the %s is not of the form https://host/path", what)
	case !httpx.IsSecure(u):
		return nil, misused("the %s %s://%s is not https, so the token is not sent to it", what, u.Scheme, u.Host)
	}
	if _, err := httpx.NormalHost(u.Hostname()); err != nil {
		return nil, misused("the %s has %v: %q", what, err, u.Host)
	}
	return u, nil
}

// origin returns the normalized scheme, host and port.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// redactPage redacts rendered text.
func (s *session) redactPage(text string) string {
	if s.thread.RedactPage == nil {
		return s.redact(text)
	}
	return s.thread.RedactPage(text)
}

func (s *session) redact(text string) string {
	if s.thread.Redact == nil {
		return text
	}
	return s.thread.Redact(text)
}
