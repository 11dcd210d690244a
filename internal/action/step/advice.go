package step

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// Refusal is an error of this action, as opposed to one reported by Scalr or the network.
type Refusal struct {
	Code    Code
	Problem string
	Advice  string // replaces the advice of the code if not empty
	Input   string // replaces the input of the code if not empty
}

// WhatToDo returns the advice of the refusal, or that of its code.
func (f Refusal) WhatToDo() string {
	if f.Advice != "" {
		return f.Advice
	}
	return advices[f.Code].do
}

// Error returns the problem as one sentence.
func (f *Refusal) Error() string { return f.Problem }

// Refuse returns a Refusal with a formatted problem.
func Refuse(code Code, format string, args ...any) error {
	return &Refusal{Code: code, Problem: fmt.Sprintf(format, args...)}
}

// Advice returns the advice of an error code.
func Advice(code Code) string { return advices[code].do }

// Explain converts an error into an outcome with advice. If the context of the step has ended, its cause takes
// precedence over err.
func Explain(ctx context.Context, err error) Outcome {
	o, ended := OutcomeOfEnd(ctx)
	var unknown *runs.NotConfirmedError
	var last *scalr.Error
	switch {
	case ended && errors.As(err, &unknown):
		o.Problem += " " + Sentence(err) + ". " + advices[CodeRunUnknown].do
	case ended && o.Result == result.TimedOut && errors.As(err, &last):
		o.Problem += " Last error: " + strings.TrimSuffix(Sentence(err), ".") + "."
		if last.Network != scalr.OtherTrouble { // the error, and not the timeout, is what to correct
			o.Hints = []string{advices[CodeOf(err)].do}
		}
	case !ended:
		code := CodeOf(err)
		o = Outcome{Result: advices[code].result, Code: code, Problem: withPeriod(Sentence(err)) + MissingPermission(err)}
		var bad inputs.Problems
		if errors.As(err, &bad) {
			o.Problem = bad.Error() // without Sentence, which would capitalize the input name at the start
		}
		o.Input = InputOfError(err)
		var f *Refusal
		if errors.As(err, &f) {
			if f.Advice != "" {
				o.Hints = []string{f.Advice}
			}
			o.Input = cmp.Or(f.Input, o.Input)
		}
	}
	return WithAdvice(o)
}

// WithAdvice fills in the problem, the hints and the input from the table of advices, where the outcome has none.
func WithAdvice(o Outcome) Outcome {
	a, ok := advices[o.Code]
	if !ok {
		return o
	}
	if o.Problem == "" {
		o.Problem = strings.ToUpper(a.cause[:1]) + a.cause[1:] + "."
	}
	if len(o.Hints) == 0 && o.Code != CodeInputInvalid {
		o.Hints = []string{a.do}
	}
	if o.Input == "" {
		o.Input = a.input
	}
	return o
}

// CodeOf returns the error code of an error, or CodeInternalError for an unclassified error.
func CodeOf(err error) Code {
	var (
		f       *Refusal
		other   interface{ ErrorCode() Code }
		bad     inputs.Problems
		packing *bundle.Error
		config  *scalr.ConfigurationError
		pending *scalr.StillPendingError
		unknown *runs.NotConfirmedError
		status  *follow.UnknownStatusError
		several *scalr.AmbiguousError
		answer  *scalr.Error
	)
	switch {
	case errors.As(err, &f):
		return f.Code
	case errors.As(err, &other):
		return other.ErrorCode()
	case errors.As(err, &bad):
		return CodeInputInvalid
	case errors.As(err, &packing):
		return Code(packing.Code)
	case errors.Is(err, job.ErrNoIDToken):
		return CodeIDTokenUnavailable
	case errors.As(err, &config):
		return CodeConfigurationErrored
	case errors.As(err, &pending):
		return CodeConfigurationPending
	case errors.As(err, &unknown):
		return CodeRunUnknown
	case errors.As(err, &status):
		return CodeUnknownStatus
	case errors.As(err, &several):
		return map[string]Code{"environment": CodeEnvironmentAmbiguous, "workspace": CodeWorkspaceAmbiguous, "tag": CodeTagAmbiguous}[several.Thing]
	case errors.Is(err, scalr.ErrLinksUnknown):
		return CodeLinksUnknown
	case errors.Is(err, scalr.ErrNoUpload):
		return CodeWorkspaceVCSDriven
	case errors.As(err, &answer):
		return codeOfResponse(answer)
	}
	return CodeInternalError
}

func codeOfResponse(e *scalr.Error) Code {
	if e.Storage && (e.HTTPStatus >= 300 && e.HTTPStatus < 500 || e.NotAPIResponse) {
		return codeOfStorage(e)
	}
	switch {
	case e.Network != scalr.NoTrouble:
		return codeOfNetwork(e.Network)
	case errors.Is(e, scalr.ErrUnauthorized):
		return CodeTokenRejected
	case errors.Is(e, scalr.ErrForbidden), errors.Is(e, scalr.ErrNotFound):
		return CodeNotAllowed
	case errors.Is(e, scalr.ErrConflict):
		return CodeConflict
	case errors.Is(e, scalr.ErrRedirected):
		return CodeRedirected
	case errors.Is(e, scalr.ErrRateLimited):
		return CodeRateLimited
	case errors.Is(e, scalr.ErrInvalid):
		return CodeRequestRefused
	case e.NotAPIResponse:
		return CodeNotScalr
	}
	return CodeNoUsableAnswer
}

func codeOfStorage(e *scalr.Error) Code {
	switch {
	case errors.Is(e, scalr.ErrLinkExpired):
		return CodeUploadExpired
	case e.HTTPStatus == http.StatusRequestEntityTooLarge:
		return CodeUploadTooLarge
	}
	return CodeUploadRefused
}

func codeOfNetwork(n scalr.Network) Code {
	switch n {
	case scalr.UnknownHost:
		return CodeHostUnknown
	case scalr.NameTrouble, scalr.Unreachable:
		return CodeUnreachable
	case scalr.Certificate:
		return CodeCertificateNotTrusted
	case scalr.NotTLS:
		return CodeNotTLS
	case scalr.OldTLS:
		return CodeTLSTooOld
	case scalr.ProxyTrouble:
		return CodeProxyUnreachable
	case scalr.ProxyDenied:
		return CodeProxyRefused
	case scalr.NotAllowed:
		return CodeAddressRefused
	}
	return CodeNoUsableAnswer
}

// Sentence returns the error as one sentence, with the redirect target and the number of attempts if there are any.
func Sentence(err error) string {
	var e *scalr.Error
	text := err.Error()
	if errors.As(err, &e) {
		if e.Location != "" {
			text += "; it leads to " + e.Location
		}
		if e.Attempts > 1 {
			text += fmt.Sprintf("; tried %d times in %s", e.Attempts, e.Elapsed.Round(time.Second))
		}
	}
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// withPeriod adds a period to a sentence without punctuation at its end, unless it ends with a URL.
func withPeriod(sentence string) string {
	sentence = strings.TrimSpace(sentence)
	last := sentence[strings.LastIndexByte(sentence, ' ')+1:]
	if last == "" || strings.Contains(last, "://") || strings.ContainsAny(last[len(last)-1:], ".!?:") {
		return sentence
	}
	return sentence + "."
}
