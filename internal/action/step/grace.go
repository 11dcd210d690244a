package step

import (
	"context"
	"time"
)

// How long an interrupted step may still report.
const (
	interruptedUntil = 6 * time.Second // after the signal, everything is reported or dropped
	reportGrace      = 1500 * time.Millisecond
	overtime         = 5 * time.Second // beyond the step's timeout, for one thing that is published
)

// ReportingContext returns a context for what must be reported although the step was
// interrupted: it goes on for a moment after a signal, not at all after a second one,
// and never longer than most, or much longer than the step may take.
func (s *Step) ReportingContext(most time.Duration) (context.Context, context.CancelFunc) {
	if !s.deadline.IsZero() {
		most = min(most, max(time.Until(s.deadline), overtime))
	}
	left := reportGrace
	switch at, ok := s.stops.at(); {
	case s.stops.forced():
		left = 0
	case ok:
		left = max(interruptedUntil-time.Since(at), 0)
	}
	ctx, cancel := WithGrace(s.stops.ctx, left)
	ctx, stop := context.WithTimeout(ctx, most)
	return ctx, func() { stop(); cancel() }
}

// WithGrace returns a context that ends after ctx, delayed by d.
func WithGrace(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(d, func() { cancel(context.Cause(ctx)) })
		context.AfterFunc(out, func() { timer.Stop() })
	})
	return out, func() { stop(); cancel(nil) }
}
