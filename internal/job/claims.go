package job

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"scalr-run-action/internal/secret"
)

// Claims is what an ID token says about the job, for people to compare with what a service expects.
type Claims struct {
	Issuer         string   `json:"iss"`
	Subject        string   `json:"sub"`
	Audience       Audience `json:"aud"`
	Repository     string   `json:"repository"`
	Environment    string   `json:"environment"`
	Ref            string   `json:"ref"`
	WorkflowRef    string   `json:"workflow_ref"`
	JobWorkflowRef string   `json:"job_workflow_ref"`
}

// Audience is one or several names. In JSON one stands without brackets (RFC 7519, 4.1.3).
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

// Reusable says whether the job belongs to a reusable workflow that another one called.
func (c Claims) Reusable() bool { return c.JobWorkflowRef != "" && c.JobWorkflowRef != c.WorkflowRef }

// ReadClaims returns what an ID token says. The signature is not checked: the token is ours, just asked for.
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
	if err := json.Unmarshal(text, &c); err != nil {
		return Claims{}, errors.New("the claims of the ID token are not as expected")
	}
	return c, nil
}
