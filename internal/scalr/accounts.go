package scalr

import (
	"context"
	"errors"
	"net/url"
	"strings"
)

// wantsAccount reports whether Scalr refused the request because it names no account: older servers do not derive the
// account from the token.
func wantsAccount(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.HTTPStatus/100 != 4 {
		return false
	}
	for _, p := range e.Problems {
		if strings.Contains(p.Pointer, "/relationships/account") {
			return true
		}
	}
	return false
}

// onlyAccount returns the account that the token belongs to. If the token can read several accounts or none, it returns
// refusal, the error of the request without an account.
func (c *Client) onlyAccount(ctx context.Context, refusal error) (string, error) {
	var ids []string
	err := c.pages(ctx, Op{Operation: OpListAccounts}, []string{"accounts"}, "accounts",
		url.Values{"fields[accounts]": {"name"}}, defaultPolicy, func(r resource, _ document) bool {
			ids = append(ids, r.ID)
			return len(ids) < 2
		})
	switch {
	case err != nil:
		return "", err
	case len(ids) != 1:
		return "", refusal
	}
	return ids[0], nil
}
