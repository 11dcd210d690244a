package inputs

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"unicode"
)

var (
	label     = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)
	notALabel = regexp.MustCompile(`^(\d+|0x[0-9a-f]*)$`)
)

// Addresses at which clouds tell a machine its own credentials, besides the link-local ones.
var (
	metadataNames     = []string{"metadata.google.internal", "metadata.goog", "instance-data"}
	metadataAddresses = []string{"fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"}
)

// host returns the host in its usual spelling, an IPv6 address in brackets, or
// in words why it cannot be Scalr's.
func (r *reader) host(name string) (host, problem string) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "" {
		return "", "has no host"
	}
	for _, c := range name {
		if c > unicode.MaxASCII {
			return "", fmt.Sprintf("has a host with the character %U, which is not ASCII and may only look right "+
				"(a host with such letters is written in its xn-- form)", c)
		}
	}
	if strings.Contains(name, "%") {
		return "", "has an address with a zone, which names a network of this machine"
	}
	if addr, err := netip.ParseAddr(name); err == nil {
		return ipHost(addr)
	}
	if !hostName(name) {
		return "", "has a host that is no host name"
	}
	for _, m := range metadataNames {
		if name == m {
			return "", "has the host of a cloud's metadata service"
		}
	}
	return name, ""
}

// ipHost refuses addresses at which no Scalr can be.
func ipHost(addr netip.Addr) (host, problem string) {
	addr = addr.Unmap()
	for _, m := range metadataAddresses {
		if addr == netip.MustParseAddr(m) {
			return "", "has the address of a cloud's metadata service"
		}
	}
	switch {
	case addr.IsLinkLocalUnicast():
		return "", "has a link-local address, where clouds have their metadata service"
	case addr.IsUnspecified(), addr.IsMulticast(), addr == netip.MustParseAddr("255.255.255.255"):
		return "", "has an address that names no single machine"
	case addr.Is6():
		return "[" + addr.String() + "]", ""
	}
	return addr.String(), ""
}

// hostName reports whether name, in lower case, can be found by DNS. Names
// that some resolvers take for numbers, such as 0x7f.1, cannot.
func hostName(name string) bool {
	if len(name) > 253 {
		return false
	}
	labels := strings.Split(name, ".")
	for _, l := range labels {
		if !label.MatchString(l) {
			return false
		}
	}
	return !notALabel.MatchString(labels[len(labels)-1])
}
