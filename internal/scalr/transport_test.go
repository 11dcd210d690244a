package scalr_test

import (
	"net/http"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// roundTrip is a transport in one function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// longLife lets a run work while the test looks.
func longLife() scalrsim.RunScript { return scalrsim.RunScript{Plan: scalrsim.Stage{For: time.Hour}} }
