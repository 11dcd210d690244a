package inputs_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"scalr-run-action/internal/inputs"
)

// FuzzBaseURL checks that an accepted address uses https, or http on this machine, that it has only a
// scheme, host and port, and that parsing it again gives the same address.
func FuzzBaseURL(f *testing.F) {
	for _, s := range []string{"acme.scalr.io", "http://127.0.0.1:8080/", "https://[::1]:1/api/iacp/v3/", "https://u:p@x", "https://x?y#z",
		"https://[fe80::1%25eth0]",
		"https://a..b", "HTTPS://A.", "https://x:0443", "//x.y", "https:/x", "http://0x7f.1", "https://аcme.scalr.io", "https://x%2fy",
		"http://[::ffff:7f00:1]",
		"https://x.y/%2e%2e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got, _, err := inputs.LoadRun(row{with: with{"base-url": value}}.source())
		if err != nil {
			checkText(t, err.Error())
			if _, after, ok := strings.Cut(value, "@"); ok && len(value) > 30 && len(after) > 10 && strings.Contains(err.Error(), value) {
				t.Errorf("credentials in %q are shown", value)
			}
			return
		}
		u := got.BaseURL
		if u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
			t.Fatalf("%q became %#v, want scheme and host alone", value, u)
		}
		if host := u.Hostname(); u.Scheme != "https" && (u.Scheme != "http" || !thisMachine(host)) {
			t.Errorf("%q became %s, want https", value, u)
		}
		again, _, err := inputs.LoadRun(row{with: with{"base-url": u.String()}}.source())
		if err != nil || again.BaseURL.String() != u.String() {
			t.Errorf("%q became %s, and that became %v (%v)", value, u, again.BaseURL, err)
		}
	})
}

func thisMachine(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// FuzzInputs checks that messages show no secret and follow the rules. The inputs are lines of the form
// name:value, with \n for a line break in the value.
func FuzzInputs(f *testing.F) {
	f.Add("mode:destory\nfail-on:destory\\nx", "k3y-0123456789")
	f.Add("workspace-id:ws-\nvariables:a\\nb=c\\n[", "k3y 0123456789")
	f.Add("service-account:ci\npath:..\ntimeout:5 m\nbase-url:http://x", "${{ secrets.X }} k3y")
	f.Add("environment-id:x\ntags:a,b\nsort:names\nfilter-latest-run-date:between:", "Bearer 0123456789")
	f.Add("terraform-version:v1\nauto-destroy-days:3\nname:a/b\nmessage:##[x]", "k3y\x000123456789")
	f.Fuzz(func(t *testing.T, text, secret string) {
		w := with{
			"sensitive-variables": "=" + secret, "environment-variables": secret,
			"sensitive-environment-variables": secret, "token": secret, "comment": "true", "github-token": secret,
		}
		for _, l := range strings.Split(text, "\n") {
			if name, value, ok := strings.Cut(l, ":"); ok {
				w[name] = strings.ReplaceAll(value, `\n`, "\n")
			}
		}
		for _, action := range []string{"", "environment", "workspace"} {
			src := row{action: action, with: w}.source()
			src.Given = strings.Fields(text)
			notes, err := load(action, src)
			for _, n := range notes {
				checkText(t, n.Text)
			}
			var problems inputs.Problems
			errors.As(err, &problems)
			for _, p := range problems {
				checkText(t, p.String())
				checkExample(t, action, p.Text)
			}
			// A value that is also part of the other inputs is not a secret.
			if s := strings.TrimSpace(secret); len(s) > 12 && err != nil && !strings.Contains(text, s[:12]) && strings.Contains(err.Error(), s) {
				t.Errorf("the secret %q is shown:\n%s", s, err)
			}
		}
	})
}
