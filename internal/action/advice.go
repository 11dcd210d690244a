package action

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/scalr"
)

// finding is a refusal of our own: the code says which, the problem says what.
type finding struct {
	code, problem string
	advice        string // in place of the code's
}

// do is what to do about it.
func (f finding) do() string {
	if f.advice != "" {
		return f.advice
	}
	return advices[f.code].do
}

func (f *finding) Error() string { return f.problem }

func found(code, format string, args ...any) error {
	return &finding{code: code, problem: fmt.Sprintf(format, args...)}
}

// adviceOn says what to do about a code.
func adviceOn(code string) string { return advices[code].do }

// explain turns an error into an outcome with advice. The end of the step's
// context comes before whatever error it led to.
func explain(ctx context.Context, err error) outcome {
	o, ended := ofEnd(ctx)
	var unknown *scalr.UnknownRunError
	var last *scalr.Error
	switch {
	case ended && errors.As(err, &unknown):
		o.problem += " " + sentence(err) + ". " + advices[codeRunUnknown].do
	case ended && o.result == "timed-out" && errors.As(err, &last):
		o.problem += " Last error: " + strings.TrimSuffix(sentence(err), ".") + "."
	case !ended:
		code := codeOf(err)
		o = outcome{result: advices[code].result, code: code, problem: sentence(err) + permission(err)}
		var bad inputs.Problems
		if errors.As(err, &bad) {
			o.problem = bad.Error() // it begins with the name of an input, which is written small
		}
		o.input = pointedTo(err)
		var f *finding
		if errors.As(err, &f) && f.advice != "" {
			o.hints = []string{f.advice}
		}
	}
	return advised(o)
}

// advised adds what to do, unless something more exact was said already.
func advised(o outcome) outcome {
	a, ok := advices[o.code]
	if !ok {
		return o
	}
	if o.problem == "" {
		o.problem = strings.ToUpper(a.cause[:1]) + a.cause[1:] + "."
	}
	if len(o.hints) == 0 && a.do != "" && o.code != codeInputInvalid {
		o.hints = []string{a.do}
	}
	if o.input == "" {
		o.input = a.input
	}
	return o
}

// codeOf finds the stable word for an error.
func codeOf(err error) string {
	var (
		f       *finding
		other   interface{ ErrorCode() string }
		bad     inputs.Problems
		packing *bundle.Error
		config  *scalr.ConfigurationError
		pending *scalr.StillPendingError
		unknown *scalr.UnknownRunError
		status  *follow.UnknownStatusError
		several *scalr.AmbiguousError
		answer  *scalr.Error
	)
	switch {
	case errors.As(err, &f):
		return f.code
	case errors.As(err, &other):
		return other.ErrorCode()
	case errors.As(err, &bad):
		return codeInputInvalid
	case errors.As(err, &packing):
		return string(packing.Code)
	case errors.Is(err, job.ErrNoIDToken):
		return codeIDToken
	case errors.As(err, &config):
		return codeConfiguration
	case errors.As(err, &pending):
		return codePending
	case errors.As(err, &unknown):
		return codeRunUnknown
	case errors.As(err, &status):
		return codeUnknownStatus
	case errors.As(err, &several):
		return map[string]string{"environment": codeEnvironmentTwice, "workspace": codeWorkspaceUnclear, "tag": codeTagTwice}[several.Thing]
	case errors.Is(err, scalr.ErrLinksUnknown):
		return codeLinksUnknown
	case errors.Is(err, scalr.ErrNoUpload):
		return codeWorkspaceVCS
	case errors.As(err, &answer):
		return codeOfAnswer(answer)
	}
	return codeInternal
}

func codeOfAnswer(e *scalr.Error) string {
	if e.Storage && e.HTTPStatus >= 400 && e.HTTPStatus < 500 {
		return codeOfStorage(e)
	}
	switch {
	case e.Network != scalr.NoTrouble:
		return codeOfNetwork(e.Network)
	case errors.Is(e, scalr.ErrUnauthorized):
		return codeTokenRejected
	case errors.Is(e, scalr.ErrForbidden), errors.Is(e, scalr.ErrNotFound):
		return codeNotAllowed
	case errors.Is(e, scalr.ErrConflict):
		return codeConflict
	case errors.Is(e, scalr.ErrRedirected):
		return codeRedirected
	case errors.Is(e, scalr.ErrRateLimited):
		return codeRateLimited
	case errors.Is(e, scalr.ErrInvalid):
		return codeRequestRefused
	case e.Stray:
		return codeNotScalr
	}
	return codeNoAnswer
}

func codeOfStorage(e *scalr.Error) string {
	switch {
	case errors.Is(e, scalr.ErrLinkExpired):
		return codeUploadExpired
	case e.HTTPStatus == http.StatusRequestEntityTooLarge:
		return codeUploadTooLarge
	}
	return codeUploadRefused
}

func codeOfNetwork(n scalr.Network) string {
	switch n {
	case scalr.UnknownHost:
		return codeHostUnknown
	case scalr.NameTrouble, scalr.Unreachable:
		return codeUnreachable
	case scalr.Certificate:
		return codeCertificate
	case scalr.NotTLS:
		return codeNotTLS
	case scalr.OldTLS:
		return codeOldTLS
	case scalr.ProxyTrouble:
		return codeProxyDown
	case scalr.ProxyDenied:
		return codeProxyRefused
	case scalr.NotAllowed:
		return codeAddressRefused
	}
	return codeNoAnswer
}

// sentence is the error in one sentence, with how long we tried.
func sentence(err error) string {
	var e *scalr.Error
	text := err.Error()
	if errors.As(err, &e) {
		if e.Location != "" {
			text += "; it leads to " + e.Location
		}
		if e.Attempts > 1 {
			text += fmt.Sprintf("; tried %d times in %s", e.Attempts, e.Elapsed.Round(1e9))
		}
	}
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
