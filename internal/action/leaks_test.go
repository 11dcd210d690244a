package action_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/scalrsim"
)

// The canaries are secrets of each kind that a step can access. All steps of the tests have them.
const (
	canaryRuntime    = "eyJhbGciOiJub25lIiwia2lkIjoiY2FuYXJ5In0.eyJzY3AiOiJBY3Rpb25zLlJlc3VsdHM6NWQxZjlhIn0.c2lnLXJ1bnRpbWUtN2Q0ZjE5YzI"
	canaryProxy      = "pr0xy!Pa55-e31c07f9"
	canaryProxyInURL = "pr0xy%21Pa55-e31c07f9"
	canaryVariable   = "var-5b9e20d7-Zq/8+w=="
	canaryShell      = "AKIA-shell-c4f81d0e77"
	canaryGit        = "ghs_gitconfig4a7e91c3d5"
	canaryCloud      = "cloud-key-81b3f2e6d9a0"
	canaryOutput     = "sim-output-9d41f7c2a6" // in the scenarios of scalrsim
)

// writeSecretFiles writes secrets to files that the bundle must exclude.
func writeSecretFiles(t *testing.T, checkout string) {
	t.Helper()
	write(t, filepath.Join(checkout, ".git", "config"), "[http]\n\textraheader = AUTHORIZATION: basic "+canaryGit+"\n")
	write(t, filepath.Join(checkout, "gha-creds-0f3a.json"), `{"private_key":"`+canaryCloud+`"}`)
}

// addCanaries adds the secrets to the environment variables of a step.
func (r *stepTest) addCanaries(env map[string]string) {
	env["ACTIONS_RUNTIME_TOKEN"] = canaryRuntime
	if _, given := env["HTTPS_PROXY"]; !given {
		env["HTTPS_PROXY"] = "http://ci:" + canaryProxyInURL + "@proxy.test:3128"
	}
	runs := r.name == "scalr-run" && (r.inputs["mode"] == "" || r.inputs["mode"] == "run")
	if _, given := env["INPUT_SENSITIVE-VARIABLES"]; runs && !given {
		env["INPUT_SENSITIVE-VARIABLES"] = "canary=" + canaryVariable
		env["INPUT_SENSITIVE-ENVIRONMENT-VARIABLES"] = "CANARY=" + canaryShell
	}
}

// leakedSecret is a place where a secret was found.
type leakedSecret struct{ secret, where, text string }

// scanner finds secrets in any encoding by parts of twelve bytes.
type scanner struct {
	windows map[[leakWindow]byte]string
	starts  [1 << 16]bool // by startOf a window; most places of a text are not the start of one
}

const leakWindow = 12

// scanners keeps the scanner for each set of secrets: most steps have the same ones.
var scanners sync.Map

func newScanner(secrets map[string]string) *scanner {
	key := fmt.Sprint(secrets)
	if s, ok := scanners.Load(key); ok {
		return s.(*scanner)
	}
	s := &scanner{windows: map[[leakWindow]byte]string{}}
	for name, value := range secrets {
		for _, form := range spellings(value) {
			for i := 0; i+leakWindow <= len(form); i++ {
				s.windows[[leakWindow]byte([]byte(form[i:i+leakWindow]))] = name
				s.starts[startOf(form[i:])] = true
			}
		}
	}
	scanners.Store(key, s)
	return s
}

// spellings returns the possible encodings of a secret. It does not use the redactor's code, so that both cannot have
// the same error.
func spellings(secret string) []string {
	parts := []string{secret}
	if jwt := strings.Split(secret, "."); len(jwt) == 3 {
		parts = append(parts, jwt...)
	}
	var forms []string
	for _, part := range parts {
		quoted, _ := json.Marshal(part)
		forms = append(forms, part, url.QueryEscape(part), url.PathEscape(part), strings.Trim(string(quoted), `"`),
			hex.EncodeToString([]byte(part)), strings.ToUpper(hex.EncodeToString([]byte(part))))
		for shift := range 3 {
			for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
				text := alphabet.EncodeToString([]byte("\x00\x00"[:shift] + part))
				// The first and last characters also encode neighboring bytes.
				forms = append(forms, text[min(4, len(text)):max(len(text)-4, 0)])
			}
		}
	}
	return forms
}

// encodings returns texts that contain the whole secret, encoded alone or with other text.
func encodings(secret string) []string {
	quoted, _ := json.Marshal(secret)
	forms := []string{
		secret,
		url.QueryEscape(secret),
		url.PathEscape(secret),
		string(quoted),
		html.EscapeString(secret),
		strconv.Quote(string(quoted)),
		"'" + strings.ReplaceAll(secret, "'", `'\''`) + "'",
		"https://user:" + url.PathEscape(secret) + "@host/",
		"prefix" + secret + "suffix",
	}
	for _, text := range []string{secret, "u" + secret, "u:" + secret + ":", "usr:" + secret + ":x"} {
		forms = append(forms, hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text))),
			base64.StdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)))
	}
	return forms
}

// startOf returns a hash of the first four bytes of the text.
func startOf(text string) uint16 {
	return uint16((uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24) * 0x9E3779B1 >> 16)
}

// find returns the first secret in the text.
func (s *scanner) find(where, text string) *leakedSecret {
	for i := 0; i+leakWindow <= len(text); i++ {
		if !s.starts[startOf(text[i:])] {
			continue
		}
		if name, ok := s.windows[[leakWindow]byte([]byte(text[i:i+leakWindow]))]; ok {
			return &leakedSecret{name, where, fmt.Sprintf("%.60q", text[max(i-10, 0):])}
		}
	}
	return nil
}

// leaks reports all secrets in places where they are not allowed.
func (r *stepTest) leaks(p *stepResult) {
	r.t.Helper()
	if strings.Contains(p.log, "::add-mask::") && r.env["GITHUB_ACTIONS"] != "true" {
		r.t.Error("a mask command was printed outside GitHub Actions")
	}
	for _, l := range r.leaked(p) {
		r.t.Errorf("I8: %s is in %s: %s", l.secret, l.where, l.text)
	}
}

func (r *stepTest) leaked(p *stepResult) []leakedSecret {
	secrets := r.secrets(p)
	s := newScanner(secrets)
	var found []leakedSecret
	look := func(where, text string) {
		if l := s.find(where, text); l != nil {
			found = append(found, *l)
		}
	}
	look("the log", masksRemoved.ReplaceAllString(p.log, ""))
	for where, text := range filesBelow(r.t, p.dir) {
		look("the file "+where, text)
	}
	for where, text := range filesBelow(r.t, r.checkout) {
		if !strings.HasPrefix(where, ".git/") && !strings.HasPrefix(where, "gha-creds-") {
			look("the checkout's file "+where, text)
		}
	}
	for _, q := range p.record.all() {
		look("a request "+q.method+" to "+q.host, q.withoutAllowed(secrets))
		if id, ok := strings.CutPrefix(q.path, "/upload/"); ok {
			for name, content := range p.server.Uploaded(id) {
				look("the bundle", name+"\n"+content)
			}
		}
	}
	return found
}

var masksRemoved = regexp.MustCompile(`(?m)^::add-mask::.*$`)

// secrets returns the secrets of the step by name.
func (r *stepTest) secrets(p *stepResult) map[string]string {
	all := map[string]string{
		"the token":            scalrsim.Token,
		"the runtime token":    canaryRuntime,
		"the proxy's password": canaryProxy,
		"a sensitive variable": canaryVariable,
		"a shell variable":     canaryShell,
		"git's token":          canaryGit,
		"a cloud key":          canaryCloud,
	}
	if r.inputs["terraform-outputs"] != "all" {
		all["a sensitive output"] = canaryOutput
	}
	if r.github != nil {
		all["the GitHub token"], all["the request token"] = r.github.Token(), r.github.IDTokenRequestToken()
	}
	for i, secret := range r.extraSecrets {
		all[fmt.Sprintf("secret %d of the test", i)] = secret
	}
	for i, q := range p.record.all() {
		for _, name := range []string{`"access-token":"`, `"value":"`, "signature="} {
			if _, after, ok := strings.Cut(q.secret.String(), name); ok {
				token, _, _ := strings.Cut(after, `"`)
				all[fmt.Sprintf("%s of request %d", strings.Trim(name, `":=`), i)] = token
			}
		}
	}
	return all
}

// withoutAllowed returns the request without the secrets that its host may receive.
func (s *sent) withoutAllowed(secrets map[string]string) string {
	header, address, body := s.header.Clone(), s.url, s.body.String()
	if s.host == apiHost || s.hub() {
		header.Del("Authorization") // checked by I4 and by the simulators
	}
	switch {
	case s.host == apiHost && s.op() == "POST /runs":
		body = strings.NewReplacer(inJSON(canaryVariable), "", inJSON(canaryShell), "").Replace(body)
	case s.host == apiHost && s.op() == "POST /service-accounts/assume":
		for name, secret := range secrets {
			if strings.HasPrefix(name, "value") {
				body = strings.ReplaceAll(body, secret, "")
			}
		}
	case s.host == "blob.scalr.test":
		address, _, _ = strings.Cut(address, "signature=")
	}
	return fmt.Sprint(address, "\n", header, "\n", body)
}

func inJSON(s string) string {
	b, _ := json.Marshal(s)
	return strings.Trim(string(b), `"`)
}

// filesBelow returns the contents of all files in a directory by name.
func filesBelow(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	if dir == "" {
		return files
	}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil // an unreadable file was not written by the step
		}
		if info, err := e.Info(); err != nil || info.Size() > 32<<20 {
			return nil
		}
		content, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[rel] = string(content)
		return err
	})
	if err != nil && !os.IsPermission(err) {
		t.Fatal(err)
	}
	return files
}

// TestScannerCanFail checks that the scanner detects each secret in each place and encoding.
func TestScannerCanFail(t *testing.T) {
	t.Parallel()
	secret := scalrsim.Token
	shifted := base64.StdEncoding.EncodeToString([]byte("Bearer " + secret + ", and more"))
	for name, text := range map[string]string{
		"raw": "x" + secret, "a part": secret[9:21], "hex": hex.EncodeToString([]byte(secret)), "base64": shifted,
		"base64 shifted": base64.URLEncoding.EncodeToString([]byte("x" + secret + "yz")),
	} {
		if newScanner(map[string]string{"it": secret}).find("here", "before "+text+" after") == nil {
			t.Errorf("%s was not detected", name)
		}
	}
	if l := newScanner(map[string]string{"it": secret}).find("here", "sim-token is a name, "+secret[:11]+"?"); l != nil {
		t.Errorf("detected in a wrong place: %v", l)
	}
	jwt := strings.Split(canaryRuntime, ".")
	if newScanner(map[string]string{"it": canaryRuntime}).find("here", "claims "+jwt[1]) == nil {
		t.Error("a segment of a JWT was not detected")
	}
}

// TestLeaksAreDetected adds a secret to each checked place of a step's result and checks that it is detected.
func TestLeaksAreDetected(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "plan-changes"))
	p := r.play()
	for name, spill := range map[string]func(p *stepResult){
		"log": func(p *stepResult) { p.log += "the answer was " + canaryProxy },
		"masked in log": func(p *stepResult) {
			p.log += " ::add-mask::" + canaryVariable
		}, // not at the start of a line, so it is not a command
		"output file": func(p *stepResult) { write(t, filepath.Join(p.dir, "output"), "a="+scalrsim.Token) },
		"state file":  func(p *stepResult) { write(t, filepath.Join(p.dir, "state"), "a="+canaryRuntime) },
		"summary":     func(p *stepResult) { write(t, filepath.Join(p.dir, "summary.md"), canaryOutput) },
		"request":     func(p *stepResult) { p.record.sent[0].header.Set("Referer", "https://x/?t="+canaryGit) },
		"request to other host": func(p *stepResult) {
			p.record.sent[0].host, p.record.sent[0].url = "evil.test", "https://evil.test/?"+scalrsim.Token
		},
		"upload": func(p *stepResult) {
			p.record.sent[0].host = "blob.scalr.test"
			p.record.sent[0].header.Set("Authorization", scalrsim.Token)
		},
		"body of run request": func(p *stepResult) { p.record.sent[0].body.WriteString(canaryCloud) },
		"file on disk":        func(p *stepResult) { write(t, filepath.Join(p.dir, "scalr-1"), canaryShell) },
	} {
		spilled := &stepResult{t: t, dir: dirtest.InMemory(t), record: &record{}, server: p.server, log: p.log}
		for _, s := range p.record.all() {
			again := *s
			again.header = s.header.Clone()
			spilled.record.sent = append(spilled.record.sent, &again)
		}
		spill(spilled)
		if len(r.leaked(spilled)) == 0 {
			t.Errorf("%s: no violation was detected", name)
		}
	}
	if found := r.leaked(p); len(found) > 0 {
		t.Errorf("detected although there is none: %v", found)
	}
}
