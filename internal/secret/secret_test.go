package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

const canary = "tok-9fQ2xLw7Rk4VbN8s"

func TestValueNeverPrints(t *testing.T) {
	t.Parallel()
	v := secret.New(canary)
	type holder struct {
		Open   secret.Value
		closed secret.Value
	}
	h := holder{v, v}
	_ = h.closed
	printed := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3s"} {
		printed["value "+verb] = fmt.Sprintf(verb, v)
		printed["pointer "+verb] = fmt.Sprintf(verb, &v)
		printed["holder "+verb] = fmt.Sprintf(verb, h)
		printed["slice "+verb] = fmt.Sprintf(verb, []any{v, map[string]secret.Value{"k": v}})
	}
	printed["error"] = fmt.Errorf("sign in with %w", errors.New(v.String())).Error()
	j, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	printed["json"] = string(j)
	x, err := xml.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	printed["xml"] = string(x)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v, "h", h)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v, "h", h)
	printed["slog"] = log.String()

	hexed := fmt.Sprintf("%x", canary)
	for how, got := range printed {
		if strings.Contains(got, canary) || strings.Contains(strings.ToLower(got), hexed) {
			t.Errorf("%s: got %q, want no secret", how, got)
		}
	}
	for _, how := range []string{"value %v", "value %#v", "value %q", "value %x"} {
		if printed[how] != secret.Mask {
			t.Errorf("%s: got %q, want %q", how, printed[how], secret.Mask)
		}
	}
	if got, want := string(j), `{"Open":"***"}`; got != want {
		t.Errorf("json: got %s, want %s", got, want)
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	var zero secret.Value
	if !zero.Empty() || zero.Reveal() != "" || !secret.New("").Empty() {
		t.Error("the zero Value and New of nothing are not empty")
	}
	v := secret.New(canary)
	if v.Empty() || v.Reveal() != canary {
		t.Errorf("got %q, want %q", v.Reveal(), canary)
	}
	if !v.Equal(secret.New(canary)) || v.Equal(zero) {
		t.Error("Equal does not compare texts")
	}
}

func TestHideable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, "abc": false, "  ab  ": false, "true": false, "FALSE": false, " default\n": false, "production": false,
		"s3cr": true, canary: true, "truest": true,
	} {
		if got := secret.New(text).Hideable(); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
