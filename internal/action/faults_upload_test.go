package action_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestUploadFaults (U) checks errors during the upload of the bundle.
func TestUploadFaults(t *testing.T) {
	t.Parallel()
	planned := []string{"result=planned"}
	withoutLink := scalrsim.Fault{Op: createVersion, Action: scalrsim.Edit, Change: relink("null")}
	link := func(address string) []scalrsim.Fault {
		return []scalrsim.Fault{{Op: createVersion, Times: -1, Action: scalrsim.Edit, Change: relink(`"` + address + `"`)}}
	}
	none := map[string]int{createRun: 0}
	playFaults(t, map[string]faultCase{
		"U01 missing link at first": {
			faults:  []scalrsim.Fault{withoutLink},
			outputs: planned,
			ops:     map[string]int{createVersion: 2},
		},
		"U01 missing link": {
			scenario: "no-upload-address",
			code:     3,
			outputs:  []string{"error-code=workspace-vcs-driven"},
			ops:      none,
		},
		"U02 relative link": {
			faults:  link("/upload/cv-1?signature=canary-aabbccddeeff0011"),
			setUp:   knows("canary-aabbccddeeff0011"),
			code:    3,
			outputs: []string{"error-code=address-refused"},
			ops:     none,
		},
		"U02 file link": {
			faults:  link("file:///etc/passwd"),
			code:    3,
			outputs: []string{"error-code=address-refused"},
			ops:     none,
		},
		"U02 plain http": {
			faults:  link("http://blob.scalr.test/upload/cv-1?signature=canary-aabbccddeeff0011"),
			setUp:   knows("canary-aabbccddeeff0011"),
			code:    3,
			outputs: []string{"error-code=address-refused"},
			says:    []string{"blob.scalr.test"},
			ops:     none,
		},
		"U02 link with password": {
			faults:  link("https://u:canary-ffeeddccbbaa99@blob.scalr.test/"),
			setUp:   knows("canary-ffeeddccbbaa99"),
			code:    3,
			outputs: []string{"error-code=address-refused"},
			ops:     none,
		},
		"U03 expired link": {
			scenario: "expired-link",
			outputs:  planned,
			ops:      map[string]int{createVersion: 2, upload: 2},
		},
		"U04 permanent 403": {
			faults:  []scalrsim.Fault{{Op: upload, Times: -1, Action: scalrsim.Expired}},
			code:    3,
			outputs: []string{"error-code=upload-expired"},
			ops:     map[string]int{createVersion: 3, createRun: 0},
		},
		"U05 reset during upload": {
			faults:  []scalrsim.Fault{{Op: upload, Action: scalrsim.Reset, Bytes: 50}},
			outputs: planned,
			ops:     map[string]int{upload: 2},
		},
		"U06 500 twice": {
			faults:  []scalrsim.Fault{statusFault(upload, 500, 2)},
			outputs: planned,
			ops:     map[string]int{upload: 3},
		},
		"U07 lost response": {
			faults:  []scalrsim.Fault{{Op: upload, Phase: scalrsim.After, Action: scalrsim.Reset}},
			outputs: planned,
			ops:     map[string]int{createVersion: 1},
		},
		"U07 lost response, then 403": {
			faults: []scalrsim.Fault{
				{Op: upload, Phase: scalrsim.After, Action: scalrsim.Reset},
				{Op: upload, Nth: 2, Times: -1, Action: scalrsim.Expired},
			},
			outputs: planned,
			ops:     map[string]int{createVersion: 1},
		},
		"U09 too large": {
			faults:  []scalrsim.Fault{statusFault(upload, 413, -1)},
			setUp:   bigFile,
			code:    3,
			outputs: []string{"result=refused", "error-code=upload-too-large"},
			says:    []string{"modules/big.bin", ".terraformignore", "KiB"},
			ops:     map[string]int{upload: 1},
		},
		"U10 redirect to http": {
			faults: []scalrsim.Fault{{Op: upload, Action: scalrsim.Redirect, Status: 307, Target: "http://evil.test/"}},
			code:   3,
			says:   []string{"evil.test"},
			ops:    none,
		},
		"U10 too many redirects": {
			faults:  []scalrsim.Fault{{Op: upload, Times: -1, Action: scalrsim.Redirect, Status: 307, Target: "https://blob.scalr.test/upload/loop"}},
			code:    3,
			outputs: []string{"error-code=upload-refused"},
			says:    []string{"too many redirects"},
			ops:     none,
		},
		"U36 page of a proxy": {
			faults: []scalrsim.Fault{{Op: upload, Times: -1, Action: scalrsim.Status, Status: 200, Body: "<h1>Sign in</h1>",
				Header: http.Header{"Content-Type": {"text/html"}}}},
			code:    3,
			outputs: []string{"error-code=upload-refused"},
			says:    []string{"Sign in"},
			ops:     map[string]int{upload: 3, createVersion: 1},
			most:    time.Minute,
		},
		"U11 1 KiB per second": {
			faults:  []scalrsim.Fault{{Op: upload, Action: scalrsim.Trickle, Bytes: 1, Delay: time.Second}},
			outputs: planned,
			least:   2 * time.Minute,
		},
		"U12 permanently pending": {
			alter:   func(s *scalrsim.Scenario) { s.Config.Processing = 1 << 20 },
			code:    3,
			outputs: []string{"error-code=configuration-pending"},
			least:   4*time.Minute + 50*time.Second,
			most:    6 * time.Minute,
		},
		"U13 errored": {
			scenario: "bad-upload",
			code:     3,
			outputs:  []string{"error-code=configuration-errored"},
			says:     []string{"not a gzip file"},
			ops:      none,
		},
		"U14 unknown status": {
			faults: []scalrsim.Fault{{
				Op:     readVersion,
				Action: scalrsim.Edit,
				Change: func(b string) string { return strings.Replace(b, `"status":"pending"`, `"status":"quantum"`, 1) },
			}},
			outputs: planned,
			says:    []string{`unknown upload status "quantum"`},
		},
		"U21 link outside checkout": {
			setUp:   symlink("/etc/passwd"),
			code:    2,
			outputs: []string{"error-code=link-outside"},
			says:    []string{"secrets.tf"},
			ops:     map[string]int{readWorkspace: 0},
		},
		"U24 no Terraform files": {
			setUp:   without("main.tf"),
			code:    2,
			outputs: []string{"result=invalid"},
			ops:     map[string]int{readWorkspace: 0},
		},
		"U26 secrets excluded": {outputs: planned, then: checkBundle("main.tf")},
		"U27 unusual names":    {setUp: oddNames, outputs: planned},
	})
}

// relink returns a function that replaces the upload address in a response.
func relink(link string) func(string) string {
	return func(body string) string {
		before, after, ok := strings.Cut(body, `"upload":"`)
		if !ok {
			return body
		}
		_, rest, _ := strings.Cut(after, `"`)
		return before + `"upload":` + link + rest
	}
}

func bigFile(r *stepTest) {
	noise := make([]byte, 300<<10)
	for i := range noise {
		noise[i] = byte(i * i >> 7)
	}
	write(r.t, filepath.Join(r.checkout, "modules", "big.bin"), string(noise))
}

// checkBundle checks the names of the files in the upload.
func checkBundle(want ...string) func(*stepResult) {
	return func(p *stepResult) {
		var got []string
		for name := range p.server.Uploaded(p.outputs["configuration-version-id"]) {
			got = append(got, name)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			p.t.Errorf("the bundle has %q, want %q", got, want)
		}
	}
}

func oddNames(r *stepTest) {
	for _, name := range []string{"a\nb.tf", "::error::x.tf", "ä ü.tf", strings.Repeat("n", 200) + ".tf"} {
		write(r.t, filepath.Join(r.checkout, name), "# nothing\n")
	}
}

// symlink adds a symbolic link to the checkout.
func symlink(target string) func(*stepTest) {
	return func(r *stepTest) {
		if err := os.Symlink(target, filepath.Join(r.checkout, "secrets.tf")); err != nil {
			r.t.Fatal(err)
		}
	}
}

func without(name string) func(*stepTest) {
	return func(r *stepTest) {
		if err := os.Remove(filepath.Join(r.checkout, name)); err != nil {
			r.t.Fatal(err)
		}
	}
}
