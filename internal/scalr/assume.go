package scalr

import (
	"context"
	"net/http"
	"time"

	"scalr-run-action/internal/secret"
)

// Assume trades GitHub's proof of who the job is for a token of a service
// account (openapi.yml, assume_service_account). The request carries no token of
// ours. The lifetime is left to the account's policy.
func (c *Client) Assume(ctx context.Context, email string, proof secret.Value) (token secret.Value, expires time.Time, err error) {
	op := "sign in as " + printable(email, 200)
	c.secrets.Add(proof)
	err = c.do(ctx, call{
		op: op, method: http.MethodPost, path: []string{"service-accounts", "assume"}, kind: actionType, policy: starting, plain: true, anonymous: true,
		body: map[string]any{"id-token": proof.Reveal(), "service-account-email": email},
		read: func(a answer) error {
			answer, err := readAttributes(a.json)
			if err != nil {
				return wrapped(op, err)
			}
			if answer.text("access-token") == "" {
				return malformed(op, "the answer holds no access token")
			}
			token, expires = secret.New(answer.text("access-token")), answer.time("expire-time")
			return nil
		},
	})
	return token, expires, err
}
