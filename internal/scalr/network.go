package scalr

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/sanitize"
)

// Network is the reason why there was no response.
type Network int

// Reasons for a missing response.
const (
	NoTrouble    Network = iota
	UnknownHost          // the name does not exist
	NameTrouble          // temporary failure of name resolution
	Unreachable          // connection refused, no route, or connection timeout
	Certificate          // untrusted, expired, or issued for another name
	NotTLS               // the server does not use TLS
	OldTLS               // no common TLS version
	ProxyTrouble         // the proxy could not be reached
	ProxyDenied          // the proxy refused the connection
	BrokenOff            // the connection broke during the exchange
	TimedOut             // no data within the timeout
	NotAllowed           // an address that the client must not connect to
	OtherTrouble         // anything else
)

// permanent reports whether another attempt cannot succeed.
func (n Network) permanent() bool {
	switch n {
	case Certificate, NotTLS, OldTLS, ProxyDenied, NotAllowed:
		return true
	}
	return false
}

// precedesRequest reports whether the error occurs before the first byte of a request is sent.
func (n Network) precedesRequest() bool {
	switch n {
	case UnknownHost, NameTrouble, Unreachable, Certificate, NotTLS, OldTLS, ProxyTrouble, ProxyDenied, NotAllowed:
		return true
	}
	return false
}

// connectionError returns the error of a request without a complete response.
func (c *Client) connectionError(ctx context.Context, op Op, err error) error {
	return noAnswer(ctx, op, c.base.Host, err, c.redaction())
}

// maxNote is the maximum length in bytes of a network error's text.
const maxNote = 400

func noAnswer(ctx context.Context, op Op, host string, err error, secrets *redaction) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, errSilence) || errors.Is(cause, errTooLong) {
		return &Error{Op: op, Host: host, Network: TimedOut, Note: cause.Error(), Cause: cause}
	}
	if cause != nil {
		return &Error{Op: op, Host: host, Network: OtherTrouble, Note: "given up: " + ended(cause), Cause: cause, Permanent: true}
	}
	e := &Error{Op: op, Host: host}
	e.Network, e.Note = diagnose(err, host)
	// A server controls part of the text of such an error. It is truncated after redaction, since half a secret would
	// not be recognized.
	e.Note = sanitize.Note(secrets.text(e.Note), maxNote)
	return e
}

// ended describes for users why a context ended.
func ended(cause error) string {
	switch {
	case errors.Is(cause, context.DeadlineExceeded):
		return "no time was left"
	case errors.Is(cause, context.Canceled):
		return "the request was canceled"
	}
	return cause.Error()
}

// diagnose returns the kind of a network error and a description that does not contain the requested address.
func diagnose(err error, host string) (Network, string) {
	var (
		dns    *net.DNSError
		op     *net.OpError
		record tls.RecordHeaderError
		verify *tls.CertificateVerificationError
		denial *httpx.ProxyRefusal
	)
	if refused := httpx.RefusedAddress(err); refused != nil {
		return NotAllowed, host + ": " + refused.Error()
	}
	text := err.Error()
	switch {
	case errors.As(err, &denial) && denial.Status >= 500:
		return ProxyTrouble, denial.Error()
	case errors.As(err, &denial):
		return ProxyDenied, denial.Error()
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return ProxyTrouble, "the proxy could not be reached: " + proxyAddress(op) + rootCause(op.Err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return UnknownHost, httpx.Describe(err, host)
	case errors.As(err, &dns):
		return NameTrouble, httpx.Describe(err, host)
	case errors.As(err, &verify), certificate(err):
		return Certificate, certificateText(err)
	case errors.As(err, &record), strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return NotTLS, host + " answered without TLS"
	case containsAny(text, oldTLS):
		return OldTLS, host + " supports only old versions of TLS; 1.2 is required"
	case containsAny(text, tlsRefusals):
		return NotTLS, "no TLS with " + host + ": " + rootCause(err)
	case errors.As(err, &op) && op.Op == "dial":
		return Unreachable, httpx.Describe(err, host)
	case strings.Contains(text, "TLS handshake timeout"):
		return Unreachable, host + ": no TLS handshake in time"
	case errors.Is(err, httpx.ErrResent):
		return BrokenOff, host + ": " + httpx.ErrResent.Error()
	case httpx.IsBrokenOff(err):
		return BrokenOff, httpx.Describe(err, host)
	case httpx.IsTimeout(err):
		return TimedOut, httpx.Describe(err, host)
	}
	return OtherTrouble, text
}

// Errors that crypto/tls reports as text only: the first from the client, the second from the server.
var (
	oldTLS      = []string{"selected unsupported protocol version", "tls: protocol version not supported"}
	tlsRefusals = []string{"tls: handshake failure", "tls: bad certificate", "tls: certificate required", "tls: unrecognized name",
		"tls: insufficient security level", "tls: no application protocol"}
)

func containsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

func certificate(err error) bool {
	var (
		unknown  x509.UnknownAuthorityError
		invalid  x509.CertificateInvalidError
		hostname x509.HostnameError
		roots    x509.SystemRootsError
	)
	return errors.As(err, &unknown) || errors.As(err, &invalid) || errors.As(err, &hostname) || errors.As(err, &roots)
}

// certificateText adds the certificate's issuer and validity, which helps to distinguish a private authority from a
// wrong clock.
func certificateText(err error) string {
	var verify *tls.CertificateVerificationError
	if !errors.As(err, &verify) || len(verify.UnverifiedCertificates) == 0 {
		return err.Error()
	}
	leaf := verify.UnverifiedCertificates[0]
	return fmt.Sprintf("%v (issued by %q, valid from %s to %s)", verify.Err, leaf.Issuer.String(),
		leaf.NotBefore.UTC().Format("2006-01-02"), leaf.NotAfter.UTC().Format("2006-01-02"))
}

// proxyAddress returns the proxy's address, if the error contains it.
func proxyAddress(op *net.OpError) string {
	var dial *net.OpError
	if errors.As(op.Err, &dial) && dial.Addr != nil {
		return dial.Addr.String() + ": "
	}
	return ""
}

func rootCause(err error) string {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return "no address of " + sanitize.Note(dns.Name, 200)
	}
	return httpx.RootCause(err)
}
