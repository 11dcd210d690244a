package githubtest

import (
	"encoding/base64"
	"maps"
	"net/http"
	"strings"
	"time"
)

// The token with which a job requests its ID token, and the path of the endpoint.
const (
	requestToken = "runtime-githubtest"
	identityPath = "/_apis/identity/token"
)

// IDTokenRequestURL returns the value of ACTIONS_ID_TOKEN_REQUEST_URL, which has a query like the real one.
func (s *Server) IDTokenRequestURL() string { return s.base() + identityPath + "?api-version=2.0" }

// IDTokenRequestToken returns the value of ACTIONS_ID_TOKEN_REQUEST_TOKEN.
func (s *Server) IDTokenRequestToken() string { return requestToken }

func (s *Server) checkIdentityRequest(r *http.Request) *reply {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case r.Method != http.MethodGet:
		s.object("%s: the method is %s", IDToken, r.Method)
		return new(refuse(http.StatusMethodNotAllowed, "Method Not Allowed"))
	case !strings.EqualFold(scheme, "bearer") || token != requestToken:
		s.object("%s: the token is not the one for the request", IDToken)
		return new(refuse(http.StatusUnauthorized, "Unauthorized"))
	case r.URL.Query().Get("api-version") == "":
		s.object("%s: the query of the address that the job got is lost", IDToken)
	}
	return nil
}

// identityToken returns a well-formed token with an invalid signature. Without an audience in the query, it uses
// GitHub's default.
func (s *Server) identityToken(q query) reply {
	owner, _, _ := strings.Cut(s.options.Repository, "/")
	audience := "https://github.com/" + owner
	if q.values.Has("audience") {
		audience = q.values.Get("audience")
	}
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": "https://token.actions.githubusercontent.com", "aud": audience,
		"sub":        "repo:" + s.options.Repository + ":ref:refs/heads/main",
		"repository": s.options.Repository, "iat": now, "nbf": now, "exp": now + 300,
	}
	maps.Copy(claims, s.options.Claims)
	part := func(v any) string { return base64.RawURLEncoding.EncodeToString([]byte(quote(v))) }
	token := part(map[string]string{"alg": "RS256", "typ": "JWT", "kid": "githubtest"}) + "." + part(claims) + "." +
		base64.RawURLEncoding.EncodeToString([]byte("this is not a signature"))
	return newReply(http.StatusOK, `{"count":`+quote(len(token))+`,"value":`+quote(token)+`}`)
}
