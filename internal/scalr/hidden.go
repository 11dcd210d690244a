package scalr

import (
	"errors"
	"net/url"
	"strings"

	"scalr-run-action/internal/secret"
)

// hidden takes secrets out of what an error says: a proxy's page may show the
// request that it refuses, with the token or the signed address in it.
func hidden(err error, r *secret.Redactor) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	for _, text := range []*string{&e.Note, &e.Location, &e.RequestID} {
		*text = r.String(*text)
	}
	for i, p := range e.Problems {
		e.Problems[i] = Problem{Code: r.String(p.Code), Title: r.String(p.Title), Detail: r.String(p.Detail), Pointer: r.String(p.Pointer)}
	}
	return err
}

func redactor(secrets ...secret.Value) *secret.Redactor {
	r := &secret.Redactor{}
	r.Add(secrets...)
	return r
}

// secretsOf are the parts of a signed address that nobody may see.
func secretsOf(u *url.URL) []secret.Value {
	var found []secret.Value
	for name, values := range u.Query() {
		name = strings.ToLower(name)
		for _, word := range []string{"sig", "token", "key", "credential"} {
			if strings.Contains(name, word) {
				for _, v := range values {
					found = append(found, secret.New(v))
				}
				break
			}
		}
	}
	return found
}
