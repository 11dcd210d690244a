package runs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"scalr-run-action/internal/scalrsim"
)

// wantNoLeak looks for any twelve bytes of a secret in all that the value says:
// the token, every signature that went over the wire, and the canaries.
func (r *rig) wantNoLeak(v any) {
	r.t.Helper()
	secrets := []string{scalrsim.Token}
	for _, q := range r.sim.Requests() {
		if values, err := url.ParseQuery(q.Query); err == nil && values.Get("signature") != "" {
			secrets = append(secrets, values.Get("signature"))
		}
	}
	if found := leaked(said(v), secrets...); found != "" {
		r.t.Errorf("%q of a secret is in the %T %.200q", found, v, fmt.Sprint(v))
	}
}

// said is everything that a value, or an error and what it wraps, can be made to say.
func said(v any) string {
	text := fmt.Sprintf("%v|%+v|%#v|%q", v, v, v, v)
	fields, _ := json.Marshal(v) // what JSON cannot hold is in the text above
	text += string(fields)
	if err, ok := v.(error); ok {
		if inner := errors.Unwrap(err); inner != nil {
			text += said(inner)
		}
	}
	return text
}

// leaked finds twelve bytes in a row of one of the secrets.
func leaked(text string, secrets ...string) string {
	const window = 12
	for _, s := range secrets {
		for i := 0; i+window <= len(s); i++ {
			if strings.Contains(text, s[i:i+window]) {
				return s[i : i+window]
			}
		}
	}
	return ""
}
