package scalrtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"scalr-run-action/internal/scalrsim"
)

// Secrets of the tests, each long and unlike any other text.
const (
	CanarySignature = "q7Zp3Vx9Lr2Tn8Wd5Kc1"
	CanaryUserinfo  = "hunter2-Bm4Gs6Yf0Jh7"
)

// WantNoLeak fails the test if the text of v contains any twelve bytes of a secret: the token, every signature that was
// transferred, and the canaries.
func (r *Harness) WantNoLeak(v any) {
	r.T.Helper()
	secrets := []string{scalrsim.Token, CanarySignature, CanaryUserinfo}
	for _, q := range r.Sim.Requests() {
		if values, err := url.ParseQuery(q.Query); err == nil && values.Get("signature") != "" {
			secrets = append(secrets, values.Get("signature"))
		}
	}
	if found := Leaked(AllText(v), secrets...); found != "" {
		r.T.Errorf("%q of a secret is in the %T %.200q", found, v, fmt.Sprint(v))
	}
}

// AllText returns all text representations of a value, or of an error and the errors that it wraps.
func AllText(v any) string {
	text := fmt.Sprintf("%v|%+v|%#v|%q", v, v, v, v)
	fields, _ := json.Marshal(v) // the text above contains what JSON cannot represent
	text += string(fields)
	if err, ok := v.(error); ok {
		if inner := errors.Unwrap(err); inner != nil {
			text += AllText(inner)
		}
	}
	return text
}

// Leaked returns twelve consecutive bytes of one of the secrets that the text contains, or "".
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
