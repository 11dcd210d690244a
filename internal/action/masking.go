package action

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"scalr-run-action/internal/jsonstream"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// The bounds of what is masked of a configuration's outputs: the runner keeps
// every mask for the rest of the job and compares each line of the log with it.
const (
	mostMasked    = 10_000
	longestMasked = 64 << 10 // bytes of a text
)

// maskSensitive hides every sensitive output: whole, and each text within it. It
// reports whether all of it could be masked.
func (s *step) maskSensitive(ctx context.Context, list []scalr.Output) (all bool) {
	m := masking{step: s, all: true}
	for _, o := range list {
		if o.Sensitive {
			m.output(ctx, o.Value)
		}
	}
	return m.all
}

// masking masks the parts of values until there are too many.
type masking struct {
	*step
	count int
	all   bool
}

var errTooMany = errors.New("there are too many values to mask")

func (m *masking) output(ctx context.Context, value json.RawMessage) {
	err := error(nil)
	if len(value) <= longestMasked {
		err = m.text(string(value))
	}
	if err == nil {
		err = m.within(jsonstream.New(ctx, bytes.NewReader(value), jsonstream.Limits{}))
	}
	m.all = m.all && err == nil
}

// within masks the texts of a value.
func (m *masking) within(r *jsonstream.Reader) error {
	c, err := r.Peek()
	switch {
	case err != nil:
		return err
	case c == '{':
		return r.Object(func(string) error { return m.within(r) })
	case c == '[':
		return r.Array(func() error { return m.within(r) })
	case c != '"':
		return r.Skip()
	}
	text, _, err := r.Text(longestMasked + 1)
	if err != nil {
		return err
	}
	return m.text(text)
}

func (m *masking) text(text string) error {
	if len(text) > longestMasked {
		m.all = false // its parts may still be masked
		return nil
	}
	if m.count++; m.count > mostMasked {
		return errTooMany
	}
	if !m.job.Mask(secret.New(text)) {
		return errTooMany
	}
	return nil
}
