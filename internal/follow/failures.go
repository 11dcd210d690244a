package follow

import (
	"context"
	"errors"
	"time"

	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
)

// failures describes the consecutive polls that failed with an unexpected response.
type failures struct {
	tolerated bool      // the run exists: this step created it, or a poll or an action succeeded before
	first     time.Time // time of the first failure; zero if there is none
	attempts  int       // requests of these polls
}

// waitAfterFailure waits at least for the interval after a poll that failed with err. It returns an error if the run must
// not be polled again. The run continues in Scalr, so a response of a firewall, for example, does not end the monitoring
// unless such responses last for Timing.PollGrace.
func (f *Follower) waitAfterFailure(ctx context.Context, failed *failures, interval time.Duration, err error) error {
	e := unexpectedResponse(err)
	if e == nil || !failed.tolerated || ctx.Err() != nil {
		return err
	}
	now := time.Now()
	failed.attempts += e.Attempts
	switch {
	case failed.first.IsZero():
		failed.first = now
		f.Observer.PollTrouble(err)
	case now.Sub(failed.first) >= f.Timing.PollGrace:
		e.Attempts, e.Elapsed = failed.attempts, now.Sub(failed.first)
		return err
	}
	return retry.Wait(ctx, max(interval, f.Timing.StatusGrace, retryAfter(err)))
}

// unexpectedResponse returns the error of a poll if Scalr, or a server in front of it, sent a response that the client
// does not retry, or only a few times. The responses of a proxy that denies the connection, and of a name server that
// does not know the host, count too. It returns nil for all other errors: the client has retried a 401, a 404 and an outage
// long enough, an untrusted certificate is never waited for, and a failed sign-in is not a response.
func unexpectedResponse(err error) *scalr.Error {
	var e *scalr.Error
	if !errors.As(err, &e) || e.Op.Operation != scalr.OpReadRun {
		return nil
	}
	if e.Network == scalr.ProxyDenied || e.Network == scalr.UnknownHost {
		return e
	}
	if e.NotAPIResponse || e.Invalid || e.Is(scalr.ErrForbidden) || e.Is(scalr.ErrConflict) || e.Is(scalr.ErrInvalid) || e.Is(scalr.ErrRedirected) {
		return e
	}
	return nil
}
