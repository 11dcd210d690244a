package step

import (
	"context"
	"fmt"
	"time"
)

// Time limits for reporting after an interruption or timeout.
const (
	interruptedUntil = 6 * time.Second // total time after the first signal
	reportGrace      = 1500 * time.Millisecond
	overtime         = 5 * time.Second // for each report, after the deadline of the step
)

// ReportingContext returns a context for reports that must be sent although the step was interrupted. It ends shortly
// after the first signal and immediately after a second one. Its timeout is most, limited to the time left until the
// deadline of the step, but at least overtime.
func (s *Step) ReportingContext(most time.Duration) (context.Context, context.CancelFunc) {
	if !s.deadline.IsZero() {
		most = min(most, max(time.Until(s.deadline), overtime))
	}
	left := reportGrace
	switch at, ok := s.stops.firstSignal(); {
	case s.stops.forced():
		left = 0
	case ok:
		left = max(interruptedUntil-time.Since(at), 0)
	}
	ctx, cancel := WithGrace(s.stops.ctx, left)
	ctx, stop := context.WithTimeoutCause(ctx, most, fmt.Errorf("timed out after %v", most.Round(time.Second)))
	return ctx, func() { stop(); cancel() }
}

// WithGrace returns a context that is canceled d after ctx, with the same cause.
func WithGrace(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(d, func() { cancel(context.Cause(ctx)) })
		context.AfterFunc(out, func() { timer.Stop() })
	})
	return out, func() { stop(); cancel(nil) }
}
