package httpx_test

import (
	"net/netip"
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
			64:ff9b:1:5db8:d8:2200:: 64:ff9b:1:5d:b8:d822:: 64:ff9b:1::5d:b8d8:2200:0 64:ff9b:1:5db8:0:100::
			2002:5db8:d822::1 2001:0:5db8:d822:0:0:a247:27dd 2001:db8::7f00:1 2001:db8::5efe:5db8:d822
			fd00:ec3::254`,
		httpx.ThisMachine: `
			127.0.0.1 127.255.255.254 ::1 ::ffff:127.0.0.1 ::127.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1
			64:ff9b::7fff:fffe 64:ff9b:1::127.0.0.1 64:ff9b:1:abcd:12:3456:7f00:1 64:ff9b:1:7f00:0:100::
			64:ff9b:1:7f:0:1:: 64:ff9b:1::7f:0:100:0 64:ff9b:1:abcd:7f:0:100:0 2002:7f00:1::
			2002:7f00:1::5db8:d822 2001:0:7f00:1:0:0:a247:27dd 2001:0:5db8:d822:0:0:80ff:fffe
			2001:db8::5efe:7f00:1 2001:db8::200:5efe:7f00:1`,
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
		"acme.scalr.io":              "acme.scalr.io",
		"ACME.Scalr.IO.":             "acme.scalr.io",
		"my_bucket.s3.amazonaws.com": "my_bucket.s3.amazonaws.com",
		"xn--bcher-kva.example":      "xn--bcher-kva.example",
		"10.0.0.1":                   "10.0.0.1",
		"127.0.0.1":                  "127.0.0.1",
		"localhost":                  "localhost",
		"minio":                      "minio",
		"2001:DB8:0::1":              "[2001:db8::1]",
		"::ffff:127.0.0.1":           "127.0.0.1",
		"::1":                        "[::1]",
	} {
		if got, err := httpx.NormalHost(host); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", host, got, err, want)
		}
	}
	for host, why := range map[string]string{
		"":                                   "no host",
		".":                                  "no host",
		"büro.example":                       "U+00FC",
		"１２７.0.0.1":                          "U+FF11",
		"127。0.0.1":                          "U+3002",
		"fe80::1%eth0":                       "a zone",
		"169.254.169.254":                    "link-local",
		"169.254.169.254.":                   "link-local",
		"192.0.0.192":                        "metadata",
		"Metadata.Google.Internal.":          "metadata",
		"instance-data":                      "metadata",
		"0.0.0.0":                            "no single machine",
		"255.255.255.255":                    "no single machine",
		"64:ff9b::7f00:1":                    "carries the IPv4 address of this machine",
		"2002:7f00:1::":                      "carries the IPv4 address of this machine",
		"64:ff9b::a9fe:a9fe":                 "link-local",
		"2130706433":                         "invalid",
		"0x7f000001":                         "invalid",
		"127.1":                              "invalid",
		"0177.0.0.1":                         "invalid",
		"127.0.0.0x1":                        "invalid",
		"0x7f.0.0.1":                         "invalid",
		"127.0.0.1.1":                        "invalid",
		"a..b":                               "invalid",
		"-a.example":                         "invalid",
		strings.Repeat("a", 64) + ".example": "invalid",
		strings.Repeat("a.", 127) + "a":      "invalid",
	} {
		if got, err := httpx.NormalHost(host); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: got %q, %v; want an error with %q", host, got, err, why)
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
