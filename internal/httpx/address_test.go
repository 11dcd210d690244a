package httpx_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"scalr-run-action/internal/httpx"
)

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	for place, addresses := range map[httpx.Place]string{
		httpx.OtherMachine: `
			10.0.0.1 192.168.1.1 fd00::1 93.184.216.34 2606:2800:220:1::1 169.253.255.255 169.255.0.0
			100.100.100.201 192.0.0.191 1.0.0.1 126.255.255.255 128.0.0.1 ::ffff:93.184.216.34
			64:ff9b::93.184.216.34 64:ff9b:1::93.184.216.34 64:ff9b:1:abcd:12:3456:93.184.216.34
			64:ff9b:1:5db8:d8:2200:: 64:ff9b:1:5d:b8:d822:: 64:ff9b:1::5d:b8d8:2200:0 64:ff9b:1:5db8:0:100:: 64:ff9b:1:7f00:0:101::
			2002:5db8:d822::1 2001:0:5db8:d822:0:0:a247:27dd 2001:db8::7f00:1 2001:db8::5efe:5db8:d822
			2001:db8::5:5efe:7f00:1 2001:db8::100:5efe:7f00:1 2001:db8::5eff:7f00:1 2001:db8::6efe:7f00:1
			fd00:ec3::254 64:ff9b:1:a00:: 64:ff9b:1:a:: 64:ff9b:1::a00:0:0`,
		httpx.ThisMachine: `
			127.0.0.1 127.255.255.254 ::1 ::ffff:127.0.0.1 ::127.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1
			64:ff9b::7fff:fffe 64:ff9b:1::127.0.0.1 64:ff9b:1:abcd:12:3456:7f00:1 64:ff9b:1:7f00:0:100::
			64:ff9b:1:7f:0:1:: 64:ff9b:1::7f:0:100:0 64:ff9b:1:abcd:7f:0:100:0 2002:7f00:1::
			2002:7f00:1::5db8:d822 2001:0:7f00:1:0:0:a247:27dd 2001:0:5db8:d822:0:0:80ff:fffe
			2001:db8::5efe:7f00:1 2001:db8::200:5efe:7f00:1 64:ff9b:1:7f00:: 64:ff9b:1:7f::`,
		httpx.LinkLocal: `
			169.254.169.254 169.254.170.2 ::ffff:169.254.169.254 fe80::1 fe80::1%eth0 fe80::a9fe:a9fe
			64:ff9b::169.254.169.254 64:ff9b:1::a9fe:a9fe 64:ff9b:1:a9fe:a9:fe00:: 2002:a9fe:a9fe::
			2001:0:5db8:d822:0:0:5601:5601 ::169.254.169.254`,
		httpx.Metadata: `
			100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254 fd00:ec2::23 fd20:ce::254 fd00:42::42
			fd00:a9fe:a9fe::1 fd00:c1::a9fe:a9fe 64:ff9b::192.0.0.192 64:ff9b:1::6464:64c8 2002:a83f:8110::1
			::ffff:192.0.0.192`,
		httpx.NoMachine: `
			0.0.0.0 0.1.2.3 :: ::2 224.0.0.1 ff02::1 255.255.255.255 64:ff9b::0.0.0.0 64:ff9b:1:: 2002::
			64:ff9b::224.0.0.1`,
	} {
		for _, address := range strings.Fields(addresses) {
			if got := httpx.PlaceOf(netip.MustParseAddr(address)); got != place {
				t.Errorf("%s: got %d, want %d", address, got, place)
			}
		}
		if got := place.Blocked(); got != (place != httpx.OtherMachine && place != httpx.ThisMachine) {
			t.Errorf("%d: blocked is %t", place, got)
		}
	}
}

func TestNormalHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"acme.scalr.io":                      "acme.scalr.io",
		"ACME.Scalr.IO.":                     "acme.scalr.io",
		"my_bucket.s3.amazonaws.com":         "my_bucket.s3.amazonaws.com",
		"xn--bcher-kva.example":              "xn--bcher-kva.example",
		"10.0.0.1":                           "10.0.0.1",
		"127.0.0.1":                          "127.0.0.1",
		"localhost":                          "localhost",
		"minio":                              "minio",
		"2001:DB8:0::1":                      "[2001:db8::1]",
		"::ffff:127.0.0.1":                   "127.0.0.1",
		"::1":                                "[::1]",
		"0x7g":                               "0x7g",
		strings.Repeat("a.", 126) + "a":      strings.Repeat("a.", 126) + "a", // 253 bytes
		strings.Repeat("a", 63) + ".example": strings.Repeat("a", 63) + ".example",
	} {
		if got, err := httpx.NormalHost(host); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", host, got, err, want)
		}
	}
	const letters = " (write such a host in its xn-- form)"
	for host, why := range map[string]string{
		"":                                   "no host",
		".":                                  "no host",
		"büro.example":                       "a host with the character U+00FC, which is not ASCII and may be a look-alike" + letters,
		"１２７.0.0.1":                          "a host with the character U+FF11, which is not ASCII and may be a look-alike" + letters,
		"127。0.0.1":                          "a host with the character U+3002, which is not ASCII and may be a look-alike" + letters,
		"a\u007f.example":                    "an invalid host name",
		"fe80::1%eth0":                       "an address with a zone, which is valid on one machine only",
		"169.254.169.254":                    "a link-local address, where clouds have their metadata service",
		"169.254.169.254.":                   "a link-local address, where clouds have their metadata service",
		"192.0.0.192":                        "the address of a cloud's metadata service",
		"Metadata.Google.Internal.":          "the host of a cloud's metadata service",
		"instance-data":                      "the host of a cloud's metadata service",
		"0.0.0.0":                            "an address that does not belong to a single machine",
		"255.255.255.255":                    "an address that does not belong to a single machine",
		"64:ff9b::7f00:1":                    "an IPv6 address that carries the IPv4 address of this machine",
		"2002:7f00:1::":                      "an IPv6 address that carries the IPv4 address of this machine",
		"64:ff9b::a9fe:a9fe":                 "a link-local address, where clouds have their metadata service",
		"2130706433":                         "an invalid host name",
		"0x7f000001":                         "an invalid host name",
		"127.1":                              "an invalid host name",
		"0177.0.0.1":                         "an invalid host name",
		"127.0.0.0x1":                        "an invalid host name",
		"0x7f.0.0.1":                         "an invalid host name",
		"127.0.0.1.1":                        "an invalid host name",
		"a..b":                               "an invalid host name",
		"-a.example":                         "an invalid host name",
		strings.Repeat("a", 64) + ".example": "an invalid host name",
		strings.Repeat("a.", 126) + "ab":     "an invalid host name",
	} {
		if got, err := httpx.NormalHost(host); err == nil || err.Error() != why {
			t.Errorf("%s: got %q, %v; want the error %q", host, got, err, why)
		}
	}
}

// TestMetadataNames: each name of a metadata service is refused, in any case, and longer names are not.
func TestMetadataNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal", "metadata.tencentyun.com",
	} {
		for _, host := range []string{name, strings.ToUpper(name), name + "."} {
			if got, err := httpx.NormalHost(host); err == nil || err.Error() != "the host of a cloud's metadata service" {
				t.Errorf("%s: got %q, %v", host, got, err)
			}
		}
		for _, host := range []string{"a." + name, "a" + name, name + ".a"} {
			if got, err := httpx.NormalHost(host); err != nil || got != host {
				t.Errorf("%s: got %q, %v", host, got, err)
			}
		}
	}
}

// TestLoopbackHosts: fewer hosts are allowed for plain http than resolve to this machine.
func TestLoopbackHosts(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]struct{ loopback, here bool }{
		"localhost":         {true, true},
		"LocalHost.":        {true, true},
		"127.0.0.1":         {true, true},
		"127.9.9.9":         {true, true},
		"::1":               {true, true},
		"::ffff:127.0.0.1":  {true, true},
		"a.localhost":       {false, true},
		"64:ff9b::7f00:1":   {false, true},
		"2002:7f00:1::":     {false, true},
		"::1%lo":            {false, true},
		"notlocalhost":      {false, false},
		"localhost.example": {false, false},
		"127.0.0.1.example": {false, false},
		"10.0.0.1":          {false, false},
		"":                  {false, false},
	} {
		if loopback, here := httpx.IsLoopback(host), httpx.LeadsHere(host); loopback != want.loopback || here != want.here {
			t.Errorf("%q: got loopback %t, here %t; want %+v", host, loopback, here, want)
		}
	}
}

// TestSecureAddresses: an address is secure if it uses https or points to this machine.
func TestSecureAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://acme.scalr.io": true, "https://localhost": true, "http://localhost:8080": true, "http://[::1]/": true,
		"http://acme.scalr.io": false, "http://10.0.0.1": false, "ftp://localhost": false, "//localhost": false, "": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := httpx.IsSecure(u); got != want {
			t.Errorf("%q: got %t", address, got)
		}
	}
}

// TestHostNameBorders: a label has up to 63 characters, a name up to 253, and the last label is not a number.
func TestHostNameBorders(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		strings.Repeat("a", 63) + ".b":   true,
		strings.Repeat("a", 64) + ".b":   false,
		strings.Repeat("a.", 126) + "a":  true,
		strings.Repeat("a.", 126) + "ab": false,
		"a":                              true, "_a": true, "a_": true, "a-b": true, "0": false, "a.0": false, "0.a": true, "a.0x": false, "a.0xf": false,
		"a.0xg": true, "a.1a": true, "-a": false, "a-": false, "A": false, "": false, ".": false, "a.": false, "a..b": false, "a b": false,
	} {
		if got := httpx.IsHostName(name); got != want {
			t.Errorf("%q: got %t", name, got)
		}
	}
}
