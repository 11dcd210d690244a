package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/jsonstream"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// The bounds of what is masked of a configuration's outputs: the runner keeps
// every mask for the rest of the job and compares each line of the log with it.
const (
	mostMasked    = 10_000
	longestMasked = 64 << 10 // bytes of a text
	shortestWhole = 12       // bytes of an object or a list; a shorter one, such as [443], is not a secret
)

// maskSensitive masks the sensitive outputs: an object or a list as a whole, and each
// text that looks like a secret. Whole modules are made sensitive for one attribute,
// so that names, regions and addresses are found there, too. It reports whether all of
// it could be masked.
func maskSensitive(ctx context.Context, j *job.Job, list []scalr.Output) (all bool) {
	m := masking{job: j, all: true}
	for _, o := range list {
		if o.Sensitive {
			m.output(ctx, o)
		}
	}
	return m.all
}

// masking masks the parts of values until there are too many.
type masking struct {
	job   *job.Job
	count int
	all   bool
}

var errTooMany = errors.New("there are too many values to mask")

func (m *masking) output(ctx context.Context, o scalr.Output) {
	err := error(nil)
	if opens := bytes.IndexAny(o.Value, "{["); opens == 0 {
		err = m.whole(o.Value)
	}
	if err == nil {
		err = m.within(o.Name, jsonstream.New(ctx, bytes.NewReader(o.Value), jsonstream.Limits{}))
	}
	m.all = m.all && err == nil
}

// whole masks an object or a list as it stands, and as we hand it on.
func (m *masking) whole(value json.RawMessage) error {
	if len(value) > longestMasked {
		m.all = false // what is in it may still be masked
		return nil
	}
	var compact bytes.Buffer
	if json.Compact(&compact, value) != nil || compact.Len() < shortestWhole {
		return nil
	}
	err := m.mask(secret.Exact(compact.String()))
	if err == nil && compact.String() != string(value) {
		err = m.mask(secret.Exact(string(value)))
	}
	return err
}

// within masks the texts of a value, which has a name.
func (m *masking) within(name string, r *jsonstream.Reader) error {
	c, err := r.Peek()
	switch {
	case err != nil:
		return err
	case c == '{':
		return r.Object(func(name string) error { return m.within(name, r) })
	case c == '[':
		return r.Array(func() error { return m.within(name, r) })
	case c != '"':
		return r.Skip()
	}
	text, _, err := r.Text(longestMasked + 1)
	switch {
	case err != nil:
		return err
	case !secret.LooksSecret(name, text):
		return nil
	case len(text) > longestMasked:
		m.all = false
		return nil
	}
	return m.mask(secret.Leaf(text))
}

func (m *masking) mask(v secret.Value) error {
	if m.count++; m.count > mostMasked || !m.job.Mask(v) {
		return errTooMany
	}
	return nil
}
