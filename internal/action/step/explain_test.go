package step

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// coded is an error of another package with a code of its own.
type coded struct{ error }

func (coded) ErrorCode() Code { return CodeWrongRun }

// knownErrors are errors of each kind by name.
func knownErrors() map[string]error {
	api := func(status int) *scalr.Error { return &scalr.Error{HTTPStatus: status, Note: "that failed"} }
	with := func(e *scalr.Error, change func(*scalr.Error)) *scalr.Error { change(e); return e }
	storage := func(status int) error { return with(api(status), func(e *scalr.Error) { e.Storage = true }) }
	pointer := func(p string) error {
		return with(api(422), func(e *scalr.Error) { e.Note, e.Problems = "", []scalr.Problem{{Detail: "Ask an owner", Pointer: p}} })
	}
	all := map[string]error{
		"refusal":                  Refuse(CodeConflict, "%d runs wait.", 2),
		"refusal with advice":      &Refusal{Code: CodeConflict, Problem: "A run waits.", Advice: "Wait for it."},
		"wrapped refusal":          fmt.Errorf("create: %w", Refuse(CodeTagNameInvalid, "the name is invalid")),
		"refusal without a code":   &Refusal{Problem: "Something failed."},
		"refusal without a text":   &Refusal{Code: CodeGateHit},
		"error with a code":        coded{errors.New("another run")},
		"invalid input":            inputs.Problems{{Input: "path", Text: "is empty."}},
		"two invalid inputs":       inputs.Problems{{Input: "path", Text: "is empty."}, {Input: "token", Text: "is empty."}},
		"archive":                  &bundle.Error{Code: bundle.NoTerraform, Path: "infra"},
		"ID token":                 fmt.Errorf("get a token: %w", job.ErrNoIDToken),
		"configuration":            &scalr.ConfigurationError{ID: "cv-1", Message: "invalid"},
		"pending":                  &scalr.StillPendingError{ID: "cv-1", Status: "pending", Waited: time.Minute},
		"run not confirmed":        &runs.NotConfirmedError{ConfigurationID: "cv-1", Cause: api(502)},
		"unknown status":           &follow.UnknownStatusError{Status: "quantum"},
		"two environments":         &scalr.AmbiguousError{Thing: "environment", Name: "a", IDs: []string{"env-1", "env-2"}},
		"two workspaces":           &scalr.AmbiguousError{Thing: "workspace", Name: "a", IDs: []string{"ws-1", "ws-2"}},
		"two tags":                 &scalr.AmbiguousError{Thing: "tag", Name: "a", IDs: []string{"tag-1", "tag-2"}},
		"links unknown":            fmt.Errorf("link: %w", scalr.ErrLinksUnknown),
		"no upload":                fmt.Errorf("upload: %w", scalr.ErrNoUpload),
		"other error":              errors.New("it broke"),
		"error without a text":     errors.New(""),
		"error of spaces":          errors.New("  "),
		"error with a URL":         errors.New("it broke: https://acme.scalr.io/run-1"),
		"error with a question":    errors.New("did it break?"),
		"error with a hint":        errors.New("it broke:"),
		"link expired":             with(api(403), func(e *scalr.Error) { e.Storage, e.Cause = true, scalr.ErrLinkExpired }),
		"page":                     with(api(200), func(e *scalr.Error) { e.NotAPIResponse = true }),
		"redirect to a host":       with(api(302), func(e *scalr.Error) { e.Location = "https://other.test" }),
		"one attempt":              with(api(503), func(e *scalr.Error) { e.Attempts = 1 }),
		"two attempts":             with(api(503), func(e *scalr.Error) { e.Attempts, e.Elapsed = 2, 61499*time.Millisecond }),
		"permission":               with(api(403), func(e *scalr.Error) { e.Op = scalr.Op{Operation: scalr.OpCreateRun} }),
		"not found":                with(api(404), func(e *scalr.Error) { e.Op = scalr.Op{Operation: scalr.OpReadRun} }),
		"permission with a period": fmt.Errorf("%w.", with(api(403), func(e *scalr.Error) { e.Op = scalr.Op{Operation: scalr.OpCreateRun} })),
		"storage forbids":          with(api(403), func(e *scalr.Error) { e.Storage, e.Op = true, scalr.Op{Operation: scalr.OpCreateRun} }),
		"pointer of one input":     pointer("/data/attributes/target-addrs/0"),
		"pointer as named":         pointer("/data/attributes/tags"),
		"pointer of a relation":    pointer("/data/relationships/configuration-version"),
		"pointer to no input":      pointer("/data/attributes/vcs-repo"),
		"short pointer":            pointer("/data/tags"),
	}
	for _, status := range []int{0, 302, 399, 400, 401, 403, 404, 408, 409, 413, 422, 425, 429, 499, 500, 503} {
		all[fmt.Sprintf("HTTP %03d", status)] = api(status)
	}
	for _, status := range []int{302, 400, 401, 403, 404, 408, 413, 429, 499, 500} {
		all[fmt.Sprintf("storage %03d", status)] = storage(status)
	}
	for n := scalr.NoTrouble; n <= scalr.OtherTrouble; n++ {
		all[fmt.Sprintf("network %02d", n)] = with(api(0), func(e *scalr.Error) { e.Network = n })
	}
	return all
}

// endedContexts are contexts of steps that have ended, by name.
func endedContexts() map[string]context.Context {
	ended := func(cause error) context.Context {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(cause)
		return ctx
	}
	return map[string]context.Context{
		"canceled":      ended(interrupted{syscall.SIGTERM}),
		"late":          ended(timedOut{90 * time.Second}),
		"without cause": ended(nil),
	}
}

// TestExplain compares the outcome of each kind of error with testdata/errors.txt.
func TestExplain(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	show := func(name string, o Outcome) {
		fmt.Fprintf(&got, "%s: %s, %s, exit %d", name, o.Result, o.Code, o.ExitCode())
		if o.Input != "" {
			fmt.Fprintf(&got, ", input %s", o.Input)
		}
		fmt.Fprintf(&got, "\n\t%s\n", o.Problem)
		for _, h := range o.Hints {
			fmt.Fprintf(&got, "\t%s\n", h)
		}
	}
	all := knownErrors()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		show(name, Explain(context.Background(), all[name]))
	}
	contexts := endedContexts()
	for _, end := range slices.Sorted(maps.Keys(contexts)) {
		for _, name := range []string{"other error", "HTTP 503", "permission with a period", "two attempts", "run not confirmed"} {
			show(end+", "+name, Explain(contexts[end], all[name]))
		}
	}
	show("no error code", WithAdvice(Outcome{Result: "done"}))
	show("unknown code", WithAdvice(Outcome{Result: "done", Code: "unknown"}))
	show("code alone", WithAdvice(Outcome{Code: CodePolicyGroupNotFound}))
	show("complete", WithAdvice(Outcome{Code: CodeNotAllowed, Problem: "No.", Hints: []string{"Ask."}, Input: "path"}))
	goldentest.Compare(t, filepath.Join("testdata", "errors.txt"), got.String())
}

// TestRefusal checks the advice of a refusal.
func TestRefusal(t *testing.T) {
	t.Parallel()
	if got := (Refusal{Code: CodeConflict}).WhatToDo(); got != Advice(CodeConflict) || got == "" {
		t.Errorf("got %q, want the advice of the code", got)
	}
	if got := (Refusal{Code: CodeConflict, Advice: "Wait."}).WhatToDo(); got != "Wait." {
		t.Errorf("got %q, want its own advice", got)
	}
}
