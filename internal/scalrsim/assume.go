package scalrsim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// identity returns the service account of the scenario, including defaults.
func (s *Server) identity() Identity {
	i := s.scenario.Config.Identity
	if i.Email == "" {
		i.Email = "deployer@acme.scalr.io"
	}
	i.For = orFor(i.For, time.Hour)
	return i
}

// assume implements assume_service_account of openapi.yml. It checks the claims of the token, but not its
// signature.
func (s *Server) assume(c *call) reply {
	s.unknownMembers(c, "", c.doc, "id-token", "id_token", "service-account-email", "lifetime")
	token, _ := c.doc["id-token"].(string)
	if token == "" {
		token, _ = c.doc["id_token"].(string)
	}
	identity := s.identity()
	if why := s.unauthorized(token, c.doc["service-account-email"], identity); why != "" {
		return problem(401, "Unauthorized", "", why)
	}
	access := s.id("assumed") + s.id("token")
	l := &lease{uses: identity.Uses, until: s.now().Add(identity.For)}
	s.tokens[access] = l
	a := document(200, object{"access-token": access, "expire-time": stamp(l.until)})
	a.header.Set("Content-Type", plain)
	return a
}

func (s *Server) unauthorized(token string, email any, i Identity) (why string) {
	const refused = "Service account not found, or identity unauthorized to perform action."
	if email != i.Email {
		return refused
	}
	claims, err := claimsOf(token)
	if err != nil {
		return "The token is malformed."
	}
	if until, ok := claims["exp"].(float64); ok && s.now().Unix() > int64(until) {
		return "The token has expired."
	}
	if i.Audience != "" && !slices.Contains(audiences(claims["aud"]), i.Audience) {
		return refused
	}
	for name, want := range i.Claims {
		if fmt.Sprint(claims[name]) != want {
			return refused
		}
	}
	return ""
}

func audiences(claim any) []string {
	many, ok := claim.(list)
	if !ok {
		many = list{claim}
	}
	var found []string
	for _, a := range many {
		found = append(found, fmt.Sprint(a))
	}
	return found
}

func claimsOf(token string) (object, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("the token has %d parts instead of three", len(parts))
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	var claims object
	return claims, json.Unmarshal(payload, &claims)
}
