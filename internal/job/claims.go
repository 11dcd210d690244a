package job

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"scalr-run-action/internal/secret"
)

// Claims are the claims of an ID token, shown so that a user can compare them with the trust policy of a service.
type Claims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience Audience `json:"aud"`
	// Expires is zero if the token has no expiry.
	Expires time.Time `json:"-"`

	members map[string]any
}

// Text returns a string, number or boolean claim as text, and "" if the claim is absent.
func (c Claims) Text(name string) string {
	switch v := c.members[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// Audience is one or several names. In JSON a single name may be a plain string (RFC 7519, 4.1.3).
type Audience []string

// UnmarshalJSON reads a string or a list of strings.
func (a *Audience) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = Audience{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// ReadClaims returns the claims of an ID token. It does not verify the signature: the token was just issued to
// this job or passed in by the user.
func ReadClaims(token secret.Value) (Claims, error) {
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != 3 {
		return Claims{}, errors.New("the ID token does not have three parts")
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return Claims{}, errors.New("the claims of the ID token are not base64")
	}
	var c Claims
	numbers := json.NewDecoder(bytes.NewReader(text))
	numbers.UseNumber()
	if json.Unmarshal(text, &c) != nil || numbers.Decode(&c.members) != nil {
		return Claims{}, errors.New("the claims of the ID token do not have the expected form")
	}
	if n, ok := c.members["exp"].(json.Number); ok {
		if seconds, err := n.Float64(); err == nil && seconds > 0 && seconds < 1<<40 {
			c.Expires = time.Unix(int64(seconds), 0)
		}
	}
	return c, nil
}
