package httpx

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// Place is the kind of destination of an address.
type Place int

// The kinds of places. Requests go to OtherMachine, and to ThisMachine if the user configures it; all others are
// blocked.
const (
	OtherMachine Place = iota
	ThisMachine        // loopback
	NoMachine          // unspecified, multicast, broadcast
	LinkLocal          // where most clouds have their metadata service
	Metadata           // a metadata service at another address
)

// Blocked reports whether requests to the place are blocked.
func (p Place) Blocked() bool { return p > ThisMachine }

// metadata lists the addresses outside of the link-local ranges at which clouds provide a machine's credentials.
var metadata = []netip.Prefix{
	netip.MustParsePrefix("100.100.100.200/32"),     // Alibaba Cloud
	netip.MustParsePrefix("168.63.129.16/32"),       // Azure
	netip.MustParsePrefix("192.0.0.192/32"),         // Oracle Cloud
	netip.MustParsePrefix("fd00:ec2::/64"),          // AWS: instance metadata, EKS Pod Identity
	netip.MustParsePrefix("fd20:ce::254/128"),       // Google Cloud
	netip.MustParsePrefix("fd00:42::42/128"),        // Scaleway
	netip.MustParsePrefix("fd00:a9fe:a9fe::1/128"),  // Akamai
	netip.MustParsePrefix("fd00:c1::a9fe:a9fe/128"), // Oracle Cloud
}

var (
	thisNetwork = netip.MustParsePrefix("0.0.0.0/8") // Linux treats 0.0.0.0 as this machine
	broadcast   = netip.MustParseAddr("255.255.255.255")
)

// PlaceOf returns the place of an address. An IPv6 address that contains an IPv4 address is classified by both, since the
// network may translate it.
func PlaceOf(a netip.Addr) Place {
	a = a.Unmap().WithZone("")
	place := placeOf(a)
	for _, inner := range embedded(a) {
		place = max(place, placeOf(inner))
	}
	return place
}

func placeOf(a netip.Addr) Place {
	for _, m := range metadata {
		if m.Contains(a) {
			return Metadata
		}
	}
	switch {
	case a.IsLinkLocalUnicast():
		return LinkLocal
	case a.IsUnspecified(), a.IsMulticast(), a == broadcast, thisNetwork.Contains(a):
		return NoMachine
	case a.IsLoopback():
		return ThisMachine
	}
	return OtherMachine
}

// The ranges whose addresses contain an IPv4 address.
var (
	compatible = netip.MustParsePrefix("::/96")           // RFC 4291, 2.5.5.1
	translated = netip.MustParsePrefix("::ffff:0:0:0/96") // RFC 2765
	nat64      = netip.MustParsePrefix("64:ff9b::/96")    // RFC 6052
	nat64Local = netip.MustParsePrefix("64:ff9b:1::/48")  // RFC 8215
	sixToFour  = netip.MustParsePrefix("2002::/16")       // RFC 3056
	teredo     = netip.MustParsePrefix("2001::/32")       // RFC 4380
)

// embedded returns the IPv4 addresses that an IPv6 address may be translated or tunneled to.
func embedded(a netip.Addr) []netip.Addr {
	if !a.Is6() || a.IsLoopback() || a.IsUnspecified() {
		return nil
	}
	b := a.As16()
	switch {
	case compatible.Contains(a), translated.Contains(a), nat64.Contains(a), isISATAP(b):
		return []netip.Addr{ipv4(b[12:])}
	case nat64Local.Contains(a):
		return translations(b)
	case sixToFour.Contains(a):
		return []netip.Addr{ipv4(b[2:])}
	case teredo.Contains(a):
		client := binary.BigEndian.AppendUint32(nil, ^binary.BigEndian.Uint32(b[12:]))
		return []netip.Addr{ipv4(b[4:]), ipv4(client)}
	}
	return nil
}

func ipv4(b []byte) netip.Addr { return netip.AddrFrom4([4]byte(b[:4])) }

// isISATAP reports whether the interface identifier is that of RFC 5214.
func isISATAP(b [16]byte) bool {
	return b[8]&^0x02 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}

// translations decodes an address of the local NAT64 range in each format of RFC 6052, 2.2, whose unused bits are zero:
// only the network knows its format. A result in 0.0.0.0/8 comes from the wrong format, unless all bits are zero.
func translations(b [16]byte) []netip.Addr {
	if isZero(b[6:]) {
		return []netip.Addr{netip.IPv4Unspecified()}
	}
	readings := []netip.Addr{ipv4(b[12:])}
	for _, from := range []int{6, 7, 8} { // prefixes of 48, 56 and 64 bits
		rest := append(slices.Clone(b[from:8]), b[9:]...) // byte 8 is never part of the address
		if b[8] == 0 && isZero(rest[4:]) {
			readings = append(readings, ipv4(rest))
		}
	}
	return slices.DeleteFunc(readings, thisNetwork.Contains)
}

func isZero(b []byte) bool {
	return !slices.ContainsFunc(b, func(one byte) bool { return one != 0 })
}
