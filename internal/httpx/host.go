package httpx

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"scalr-run-action/internal/lazyregexp"
)

var (
	label = lazyregexp.New(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)
	// numericLabel matches a last label that some resolvers treat as a number: 127.1, 0x7f000001.
	numericLabel = lazyregexp.New(`^(\d+|0x[0-9a-f]*)$`)
)

// metadataNames are the names of the clouds' metadata services. A proxy resolves them itself, so that their addresses
// cannot be checked here.
var metadataNames = []string{
	"metadata", "metadata.google.internal", "metadata.goog",
	"instance-data", "instance-data.ec2.internal", "metadata.tencentyun.com",
}

// NormalHost returns a host in its normal form, an IPv6 address in brackets. The error describes the problem, in a
// form that follows "has": it is not a host, or requests to it are blocked.
func NormalHost(name string) (string, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "" {
		return "", errors.New("no host")
	}
	for _, c := range name {
		if c > unicode.MaxASCII {
			return "", fmt.Errorf("a host with the character %U, which is not ASCII and may be a look-alike "+
				"(write such a host in its xn-- form)", c)
		}
	}
	if strings.Contains(name, "%") {
		return "", errors.New("an address with a zone, which is valid on one machine only")
	}
	if a, err := netip.ParseAddr(name); err == nil {
		return normalAddress(a.Unmap())
	}
	switch {
	case !IsHostName(name):
		return "", errors.New("an invalid host name")
	case slices.Contains(metadataNames, name):
		return "", errors.New("the host of a cloud's metadata service")
	}
	return name, nil
}

func normalAddress(a netip.Addr) (string, error) {
	switch PlaceOf(a) {
	case Metadata:
		return "", errors.New("the address of a cloud's metadata service")
	case LinkLocal:
		return "", errors.New("a link-local address, where clouds have their metadata service")
	case NoMachine:
		return "", errors.New("an address that does not belong to a single machine")
	case ThisMachine:
		if !a.IsLoopback() {
			return "", errors.New("an IPv6 address that carries the IPv4 address of this machine")
		}
	}
	if a.Is6() {
		return "[" + a.String() + "]", nil
	}
	return a.String(), nil
}

// IsHostName reports whether name, in lower case, is a valid DNS name that no resolver treats as an address.
func IsHostName(name string) bool {
	if len(name) > 253 {
		return false
	}
	labels := strings.Split(name, ".")
	for _, l := range labels {
		if !label.MatchString(l) {
			return false
		}
	}
	return !numericLabel.MatchString(labels[len(labels)-1])
}

// IsLoopback reports whether the host of a URL is a loopback address or localhost, the only hosts for plain http. An
// address that may be translated to a loopback address is not one.
func IsLoopback(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if strings.EqualFold(host, localhost) {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Zone() == "" && a.Unmap().IsLoopback()
}

const localhost = "localhost"

// LeadsHere reports whether the host of a URL is this machine according to its name. Other names may resolve to this
// machine, too, which is checked when they are dialed.
func LeadsHere(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == localhost || strings.HasSuffix(host, "."+localhost) {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && PlaceOf(a) == ThisMachine
}

// IsSecure reports whether a token may be sent to u: by https, or by http to this machine.
func IsSecure(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && IsLoopback(u.Hostname())
}
