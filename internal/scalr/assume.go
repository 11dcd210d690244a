package scalr

import (
	"context"
	"errors"
	"net/http"
	"time"

	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/secret"
)

// Assume exchanges the job's OIDC token for a token of a service account (openapi.yml, assume_service_account). The
// request is sent without a token. The account's policy determines the lifetime. The document spells the member with a
// hyphen, the vendor's examples with an underscore: if Scalr rejects the request itself, Assume retries once with the
// other spelling.
func (c *Client) Assume(ctx context.Context, email string, proof secret.Value) (token secret.Value, expires time.Time, err error) {
	c.secrets.Add(proof)
	token, expires, err = c.assume(ctx, email, "id-token", proof)
	if !rejectsRequest(err) {
		return token, expires, err
	}
	if other, until, otherErr := c.assume(ctx, email, "id_token", proof); !rejectsRequest(otherErr) {
		return other, until, otherErr
	}
	return token, expires, err
}

// rejectsRequest reports whether Scalr rejected the form of the request rather than the identity in it.
func rejectsRequest(err error) bool {
	return errors.Is(err, ErrInvalid) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict)
}

func (c *Client) assume(ctx context.Context, email, member string, proof secret.Value) (token secret.Value, expires time.Time, err error) {
	op := OpSignIn.on(sanitize.Note(email, 200))
	err = c.do(ctx, call{
		op: op, method: http.MethodPost, path: []string{"service-accounts", "assume"}, kind: actionType, policy: defaultPolicy, plain: true, anonymous: true,
		body: map[string]any{member: proof.Reveal(), "service-account-email": email},
		read: func(a answer) error {
			answer, err := readAttributes(a.json)
			if err != nil {
				return wrapped(op, err)
			}
			if answer.text("access-token") == "" {
				return malformed(op, "the response contains no access token")
			}
			token, expires = secret.New(answer.text("access-token")), answer.time("expire-time")
			return nil
		},
	})
	return token, expires, err
}
