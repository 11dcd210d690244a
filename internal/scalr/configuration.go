package scalr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/secret"
)

// Configuration is a configuration version: one upload of a directory.
type Configuration struct {
	ID           string
	Status       string // pending, uploaded or errored; Scalr may add others
	ErrorMessage string
	Size         *int // bytes, once Scalr has processed the upload

	upload secret.Value // a signed address, reported only in the response to the creation
}

// ErrNoUpload means that the configuration version has no upload address, because the workspace gets its configuration
// from a repository or a module.
var ErrNoUpload = errors.New("the workspace takes no uploads")

// ConfigurationError means that Scalr could not process the upload.
type ConfigurationError struct{ ID, Message string }

func (e *ConfigurationError) Error() string {
	return fmt.Sprintf("configuration version %s was not accepted: %s", e.ID, e.Message)
}

// StillPendingError means that Scalr did not process the upload in time.
type StillPendingError struct {
	ID, Status string
	Waited     time.Duration
}

func (e *StillPendingError) Error() string {
	return fmt.Sprintf("configuration version %s is still %q after %s", e.ID, e.Status, e.Waited.Round(time.Second))
}

// Secrets returns the parts of the upload address that must not be shown. It returns none for an address that is too
// long to be used.
func (v Configuration) Secrets() []secret.Value {
	if len(v.upload.Reveal()) > maxLink {
		return nil
	}
	u, err := url.Parse(v.upload.Reveal())
	if err != nil {
		return []secret.Value{v.upload}
	}
	return secret.Address(u)
}

// CreateConfiguration creates a configuration version for an upload. It always disables automatic runs: without the
// attribute some workspaces would start a second run. If the response is lost, the configuration version remains
// unused.
func (c *Client) CreateConfiguration(ctx context.Context, workspaceID string, dry bool) (v Configuration, err error) {
	op := OpCreateConfiguration.on(workspaceID)
	err = c.do(ctx, call{
		op: op, method: http.MethodPost, path: []string{"configuration-versions"}, kind: documentType, policy: defaultPolicy,
		body: body("configuration-versions", "", map[string]any{"auto-queue-runs": false, "is-dry": dry},
			map[string]any{"workspace": reference{"workspaces", workspaceID}}),
		read: func(a answer) (err error) { v, err = a.configuration(op); return err },
	})
	if err == nil && v.upload.Empty() {
		err = fmt.Errorf("%s: %w", op, ErrNoUpload)
	}
	c.secrets.Add(v.Secrets()...)
	return v, err
}

// Configuration reads a configuration version.
func (c *Client) Configuration(ctx context.Context, id string) (v Configuration, err error) {
	op := OpReadConfiguration.on(id)
	err = c.do(ctx, call{
		op: op, method: http.MethodGet, path: []string{"configuration-versions", id}, policy: readAfterCreate,
		read: func(a answer) (err error) {
			if v, err = a.configuration(op); err == nil && v.ID != id {
				err = malformed(op, "the response is for another configuration version: "+v.ID)
			}
			return err
		},
	})
	return v, err
}

func (a answer) configuration(op Op) (Configuration, error) {
	r, _, err := a.one(op, "configuration-versions")
	if err != nil {
		return Configuration{}, err
	}
	return Configuration{ID: r.ID, Status: r.Attributes.text("status"), ErrorMessage: r.Attributes.line("error-message"),
		Size: r.Attributes.number("size"), upload: secret.New(r.link("upload"))}, nil
}

// AwaitUploaded waits until Scalr has processed the upload: a run created earlier might wait for it forever and block
// the queue. It keeps waiting in an unknown status and calls strange once for each.
func (c *Client) AwaitUploaded(ctx context.Context, id string, most time.Duration, strange func(status string)) (Configuration, error) {
	began, reported := time.Now(), ""
	for {
		v, err := c.Configuration(ctx, id)
		if err != nil {
			return v, err
		}
		switch v.Status {
		case "uploaded":
			return v, nil
		case "errored":
			return v, &ConfigurationError{ID: id, Message: v.ErrorMessage}
		case "pending", reported:
		default:
			reported = v.Status
			strange(sanitize.Note(v.Status, 80))
		}
		waited := time.Since(began)
		wait := min(max(waited/4, 100*time.Millisecond), 2*time.Second) // most uploads are processed within a second
		if waited+wait > most {
			return v, &StillPendingError{ID: id, Status: sanitize.Note(v.Status, 80), Waited: waited}
		}
		if err := retry.Wait(ctx, wait); err != nil {
			return v, err
		}
	}
}
