package step

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// CheckProxyAndCA checks the runner's proxy variables and certificate files. An invalid value would make every
// request fail with an obscure error.
func (s *Step) CheckProxyAndCA() error {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		if value := s.Job.Env(name); value != "" && !proxyAddress(value) {
			return Refuse(CodeProxyInvalid, "%s of the runner is not the address of a proxy (the value is not shown: it may contain a password).", name)
		}
	}
	if file := s.Job.Env("SSL_CERT_FILE"); file != "" {
		if _, err := os.Stat(file); err != nil {
			return Refuse(CodeCAFileMissing, "SSL_CERT_FILE names %q, which cannot be read in this container.", file)
		}
	}
	for _, dir := range filepath.SplitList(s.Job.Env("SSL_CERT_DIR")) {
		if _, err := os.Stat(dir); err != nil {
			return Refuse(CodeCAFileMissing, "SSL_CERT_DIR names %q, which cannot be read in this container.", dir)
		}
	}
	return nil
}

// proxyAddress reports whether net/http accepts the value as a proxy: a URL, or a host without a scheme.
func proxyAddress(value string) bool {
	u, err := url.Parse(value)
	if (err != nil || u.Host == "") && !strings.Contains(value, "://") {
		u, err = url.Parse("http://" + value)
	}
	return err == nil && u.Hostname() != "" && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
}
