package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/jsonstream"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// Limits for masking outputs: the runner keeps each mask for the rest of the job and compares every line of the log
// with all of them.
const (
	maxMasked       = 10_000
	maxMaskedLength = 64 << 10 // bytes of a string
	minWholeLength  = 12       // bytes of an object or a list; a shorter one, such as [443], is not a secret
)

// maskSensitive masks the sensitive outputs: each object or list as a whole, and each string that looks like a
// secret. It does not mask every string, because a module output is often sensitive due to a single attribute and
// also contains names, regions and addresses. It reports whether everything could be masked.
func maskSensitive(ctx context.Context, j *job.Job, list []scalr.Output) (all bool) {
	m := masking{job: j, all: true}
	for _, o := range list {
		if o.Sensitive {
			m.output(ctx, o)
		}
	}
	return m.all
}

// masking masks values and counts them.
type masking struct {
	job   *job.Job
	count int
	all   bool
}

var errTooMany = errors.New("there are too many values to mask")

func (m *masking) output(ctx context.Context, o scalr.Output) {
	err := error(nil)
	if opens := bytes.IndexAny(o.Value, "{["); opens == 0 {
		err = m.maskWhole(o.Value)
	}
	if err == nil {
		err = m.maskStrings(o.Name, jsonstream.New(ctx, bytes.NewReader(o.Value), jsonstream.Limits{}))
	}
	m.all = m.all && err == nil
}

// maskWhole masks an object or a list both in its original and in its compact form.
func (m *masking) maskWhole(value json.RawMessage) error {
	if len(value) > maxMaskedLength {
		m.all = false // strings in it are still masked
		return nil
	}
	var compact bytes.Buffer
	if json.Compact(&compact, value) != nil || compact.Len() < minWholeLength {
		return nil
	}
	err := m.mask(secret.Exact(compact.String()))
	if err == nil && compact.String() != string(value) {
		err = m.mask(secret.Exact(string(value)))
	}
	return err
}

// maskStrings masks the strings in a value. The name is that of the output or object member.
func (m *masking) maskStrings(name string, r *jsonstream.Reader) error {
	c, err := r.Peek()
	switch {
	case err != nil:
		return err
	case c == '{':
		return r.Object(func(name string) error { return m.maskStrings(name, r) })
	case c == '[':
		return r.Array(func() error { return m.maskStrings(name, r) })
	case c != '"':
		return r.Skip()
	}
	text, _, err := r.Text(maxMaskedLength + utf8.UTFMax) // Text omits an incomplete character at the end
	switch {
	case err != nil:
		return err
	case !secret.LooksSecret(name, text):
		return nil
	case len(text) > maxMaskedLength:
		m.all = false
		return nil
	}
	return m.mask(secret.Leaf(text))
}

func (m *masking) mask(v secret.Value) error {
	if m.count++; m.count > maxMasked || !m.job.Mask(v) {
		return errTooMany
	}
	return nil
}
