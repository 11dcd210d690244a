package scalr_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// Scalr's document and the vendor's examples spell the member differently.
func TestAssumeTriesOtherRequestOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status, times int
		sent          string // spellings in the order of the requests
		want          error
	}{
		"rejects first request":    {400, 1, "id-token id_token", nil},
		"validates the first":      {422, 1, "id-token id_token", nil},
		"rejects both requests":    {422, 2, "id-token id_token", scalr.ErrInvalid},
		"unauthorized":             {401, 1, "id-token", scalr.ErrUnauthorized},
		"forbidden":                {403, 1, "id-token", scalr.ErrForbidden},
		"accepts the first":        {0, 0, "id-token", nil},
		"unavailable, then served": {503, 1, "id-token id-token", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var faults []scalrsim.Fault
				if c.times > 0 {
					faults = []scalrsim.Fault{{Op: "POST /service-accounts/assume", Action: scalrsim.Status, Status: c.status, Times: c.times}}
				}
				r := scalrtest.New(t, scalrsim.Scenario{Faults: faults})
				token, _, err := r.Assume(t.Context(), "deployer@acme.scalr.io", secret.New("e30.e30.e30"))
				if !errors.Is(err, c.want) || (err == nil) == token.Empty() {
					t.Errorf("got %v, want %v", err, c.want)
				}
				var sent []string
				for _, q := range r.Received("POST /service-accounts/assume") {
					for _, member := range []string{"id-token", "id_token"} {
						if strings.Contains(q.Body, `"`+member+`"`) {
							sent = append(sent, member)
						}
					}
					if q.Header.Get("Authorization") != "" {
						t.Error("a token was sent with the assume request")
					}
				}
				if got := strings.Join(sent, " "); got != c.sent {
					t.Errorf("sent %s, want %s", got, c.sent)
				}
			})
		})
	}
}
