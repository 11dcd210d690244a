package follow

import (
	"bytes"
	"time"

	"scalr-run-action/internal/lazyregexp"
)

// finish decides when a log is complete. The end of its stage is not enough: the log may lag behind.
type finish struct {
	endedAt time.Time // time of the first poll that reported the end of the stage
	readAt  time.Time // last read since endedAt
	grewAt  time.Time // last read that found new bytes
	closing closing
	closed  bool // the last read found Terraform's closing message
	errored bool // the stage failed, so that its log ends with an error
	// awaitWarnings is set if the log may continue with warnings after its closing message.
	awaitWarnings bool

	forbidden bool // Scalr refused to serve the log until the end of the stage
	done      bool
}

// stageEnded records the end of the stage; only the first call has an effect.
func (f *finish) stageEnded(at time.Time) {
	if f.endedAt.IsZero() {
		f.endedAt = at
	}
}

// observeRead records the result of a read and updates done. Once its stage has ended, a log is complete
// after LogGrace without new bytes, or immediately if it ends as Terraform's logs do. A failed read completes
// a log only after Drain, or after LogGrace if it was forbidden before.
func (f *finish) observeRead(grew int64, failed bool, now time.Time, timing Timing) {
	if f.endedAt.IsZero() {
		return
	}
	f.readAt = now
	if grew > 0 {
		f.grewAt = now
		return
	}
	limit := timing.Drain
	if f.forbidden {
		limit = timing.LogGrace
	}
	f.done = now.Sub(f.endedAt) >= limit || !failed && f.quiet(now) >= f.logGrace(timing)
}

// quiet returns how long the log has not grown, counted from the end of the stage at the earliest.
func (f *finish) quiet(now time.Time) time.Duration {
	if f.grewAt.After(f.endedAt) {
		return now.Sub(f.grewAt)
	}
	return now.Sub(f.endedAt)
}

func (f *finish) logGrace(timing Timing) time.Duration {
	if f.hasEnd() {
		return 0
	}
	return timing.LogGrace
}

// hasEnd reports whether the log ends as Terraform's logs do: with an error if the stage failed.
func (f *finish) hasEnd() bool {
	if f.awaitWarnings {
		return false
	}
	if f.errored {
		return bytes.Contains(f.closing, []byte("Error: "))
	}
	return terraformEnd.Match(f.closing)
}

const (
	closingMessage = `Plan:(\x1b\[[0-9;]*m)* [0-9]|No changes\.|Apply complete!|Destroy complete!|Error: `
	onlyOutputs    = `without changing any real infrastructure` // ends the closing message of a plan that changes only outputs
)

// terraformEnd matches the closing message of a plan or apply log, with or without colors.
var terraformEnd = lazyregexp.New(closingMessage + `|` + onlyOutputs)

// closingLine matches terraformEnd where Terraform prints it: at the start of a line, possibly in a frame or after the
// prefix of Terragrunt. The output of a provisioner may contain the same words.
var closingLine = lazyregexp.New(`(?m)^(.*(terraform|tofu): )?([\s│╷]|\x1b\[[0-9;]*m)*(` + closingMessage + `)|` + onlyOutputs)

// closing contains the last bytes of a log, at most maxClosing.
type closing []byte

const maxClosing = 8 << 10

// closedBy reports whether a closing message is in the last n bytes, or in the line that they continue.
func (c closing) closedBy(n int64) bool {
	start := len(c) - int(min(n, int64(len(c))))
	return n > 0 && closingLine.Match(c[bytes.LastIndexByte(c[:start], '\n')+1:])
}

func (c *closing) Write(p []byte) (int, error) {
	keep := p[max(0, len(p)-maxClosing):]
	if over := len(*c) + len(keep) - maxClosing; over > 0 {
		*c = append((*c)[:0], (*c)[over:]...)
	}
	*c = append(*c, keep...)
	return len(p), nil
}
