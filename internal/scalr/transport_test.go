package scalr_test

import (
	"net/http"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// roundTrip is a function that implements http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// longLife keeps a run in progress during the test.
func longLife() scalrsim.RunScript { return scalrsim.RunScript{Plan: scalrsim.Stage{For: time.Hour}} }
