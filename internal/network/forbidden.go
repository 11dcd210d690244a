package network

import "net/netip"

// metadata are the services outside the link-local ranges that answer a machine
// with its own credentials.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("100.100.100.200"), // Alibaba
	netip.MustParseAddr("168.63.129.16"),   // Azure
}

// Forbidden reports whether nobody outside the machine may be meant by the
// address: link-local and multicast ones, none at all, and metadata services.
func Forbidden(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() || a.IsUnspecified() || a.IsMulticast() {
		return true
	}
	for _, m := range metadata {
		if a == m {
			return true
		}
	}
	return false
}
