package scalrtest

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var main_tf = map[string]string{"main.tf": `resource "terraform_data" "example" {}`}

// lived returns the statuses of the only run so far.
func lived(s *Server) string {
	var statuses []string
	for _, m := range s.Runs()[0].Transitions {
		statuses = append(statuses, m.Status)
	}
	return strings.Join(statuses, " ")
}

func TestLives(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ scenario, attributes, want string }{
		"dry run": {"plan-changes", `{"is-dry":true}`, "pending plan_queued planning planned planned_and_finished"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := New(Scenarios()[test.scenario])
				start(t, s, s.Client(), main_tf, test.attributes)
				time.Sleep(time.Minute)
				if got := lived(s); got != test.want {
					t.Errorf("got  %s\nwant %s", got, test.want)
				}
				wantNoObjections(t, s)
			})
		})
	}
}
