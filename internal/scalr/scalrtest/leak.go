package scalrtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"scalr-run-action/internal/scalrsim"
)

// Secrets of the tests, each long and like nothing else.
const (
	CanarySignature = "q7Zp3Vx9Lr2Tn8Wd5Kc1"
	CanaryUserinfo  = "hunter2-Bm4Gs6Yf0Jh7"
)

// WantNoLeak looks for any twelve bytes of a secret in all that the value says:
// the token, every signature that went over the wire, and the canaries.
func (r *Harness) WantNoLeak(v any) {
	r.T.Helper()
	secrets := []string{scalrsim.Token, CanarySignature, CanaryUserinfo}
	for _, q := range r.Sim.Requests() {
		if values, err := url.ParseQuery(q.Query); err == nil && values.Get("signature") != "" {
			secrets = append(secrets, values.Get("signature"))
		}
	}
	if found := Leaked(Said(v), secrets...); found != "" {
		r.T.Errorf("%q of a secret is in the %T %.200q", found, v, fmt.Sprint(v))
	}
}

// Said is everything that a value, or an error and what it wraps, can be made to say.
func Said(v any) string {
	text := fmt.Sprintf("%v|%+v|%#v|%q", v, v, v, v)
	fields, _ := json.Marshal(v) // what JSON cannot hold is in the text above
	text += string(fields)
	if err, ok := v.(error); ok {
		if inner := errors.Unwrap(err); inner != nil {
			text += Said(inner)
		}
	}
	return text
}

// Leaked finds twelve bytes in a row of one of the secrets.
func Leaked(text string, secrets ...string) string {
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
