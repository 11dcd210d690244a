package action_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestLargeUpload checks that an upload of 20 MiB logs its start and its progress.
func TestLargeUpload(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "plan-changes"), "path=x.tgz")
	r.http = func(s *scalrsim.Server) http.RoundTripper { return slowBody{s.Client().Transport} }
	storedArchive(r, 20<<20)
	p := r.playUnchecked().want(0, "result=planned").logContains("\nUploading 20.0 MiB\n", " as configuration version cv-")
	if n := strings.Count(p.log, " of 20.0 MiB\n"); n != 2 {
		t.Errorf("the progress is logged %d times, want twice\n%s", n, p.log)
	}
}

// playUnchecked runs the step without the checks that search everything it sent, which takes long for a large bundle.
func (r *stepTest) playUnchecked() *stepResult {
	p := newResult(r.t)
	r.then(p, func() {})
	p.read()
	return p
}

// slowBody reads the body of an upload in five pieces, at an interval of six seconds.
type slowBody struct{ to http.RoundTripper }

func (s slowBody) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.Method != http.MethodPut {
		return s.to.RoundTrip(q)
	}
	var body bytes.Buffer
	for range 5 {
		io.CopyN(&body, q.Body, q.ContentLength/5+1)
		time.Sleep(6 * time.Second)
	}
	q = q.Clone(q.Context())
	q.Body = io.NopCloser(&body)
	return s.to.RoundTrip(q)
}

// storedArchive writes an archive with main.tf that is not compressed and has at least the given size.
func storedArchive(r *stepTest, size int) {
	var b bytes.Buffer
	gz, _ := gzip.NewWriterLevel(&b, gzip.NoCompression)
	w := tar.NewWriter(gz)
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "main.tf", Mode: 0o644})
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "data.bin", Mode: 0o644, Size: int64(size)})
	w.Write(make([]byte, size))
	w.Close()
	gz.Close()
	write(r.t, filepath.Join(r.checkout, "x.tgz"), b.String())
}

// onLog is a writer that calls a function once, when a text is logged.
type onLog struct {
	io.Writer
	text string
	then func()
}

func (o *onLog) Write(p []byte) (int, error) {
	if o.then != nil && bytes.Contains(p, []byte(o.text)) {
		o.then()
		o.then = nil
	}
	return o.Writer.Write(p)
}

// TestFileChangedBeforePacking checks that a file that was listed and can no longer be read ends the step before the
// upload, with the error of the file.
func TestFileChangedBeforePacking(t *testing.T) {
	t.Parallel()
	r, _ := signingIn(t, scenario(t, "plan-changes"), nil)
	r.stdout = func(w io.Writer) io.Writer {
		return &onLog{w, "Signed in", func() { os.Remove(filepath.Join(r.checkout, "main.tf")) }}
	}
	r.play().want(2, "result=invalid", "error-code=file-changed").logContains("was removed").requestCount(upload, 0).
		requestCount(createRun, 0)
}

// TestUploadAddressExpires checks how often a new configuration version is created, and that this is logged.
func TestUploadAddressExpires(t *testing.T) {
	t.Parallel()
	for times, c := range map[int]struct{ code, versions, retries int }{1: {0, 2, 1}, 2: {0, 3, 2}, 3: {3, 3, 2}} {
		t.Run(fmt.Sprint(times), func(t *testing.T) {
			t.Parallel()
			s := with(scenario(t, "plan-changes"), scalrsim.Fault{Op: upload, Times: times, Action: scalrsim.Expired})
			p := newStepTest(t, s).play().want(c.code).requestCount(createVersion, c.versions)
			if n := strings.Count(p.log, "; retrying with a new configuration version\n"); n != c.retries {
				t.Errorf("%d retries are logged, want %d\n%s", n, c.retries, p.log)
			}
			if n := strings.Count(p.log, "\nPacked 1 file, "); n != 1 {
				t.Errorf("the size of the bundle is logged %d times, want once\n%s", n, p.log)
			}
		})
	}
}

// TestPathIsCheckedWithOtherInputs checks that a step with invalid inputs also reports a path that cannot be packed, and
// that a step that packs nothing does not.
func TestPathIsCheckedWithOtherInputs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inputs []string
		says   []string
		absent string
	}{
		"missing path": {inputs: []string{"path=nowhere", "timeout=soon"}, says: []string{"timeout: ", "path: ", "nowhere"}},
		"mode check":   {inputs: []string{"mode=check", "path=nowhere", "timeout=soon"}, says: []string{"timeout: ", "path: "}},
		"valid path":   {inputs: []string{"timeout=soon"}, says: []string{"timeout: "}, absent: "path: "},
		"invalid path": {inputs: []string{"path=../x", "timeout=soon"}, says: []string{"timeout: ", "path: "}},
		"mode without packing": {
			inputs: []string{"mode=watch", "run-id=run-1", "path=nowhere", "timeout=soon"}, says: []string{"timeout: "}, absent: "nowhere",
		},
		"no Terraform files": {inputs: []string{"path=empty", "timeout=soon"}, says: []string{"timeout: ", "path: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, scenario(t, "plan-changes"), c.inputs...)
			tree("empty/")(r)
			p := r.play().want(2, "result=invalid").logContains(c.says...)
			if n := strings.Count(errorAnnotation(p.log), "%0Apath: "); n > 1 || c.absent != "" && strings.Contains(p.log, c.absent) {
				t.Errorf("path is reported %d times\n%s", n, p.log)
			}
		})
	}
}

// TestLinkedFilesAreLogged checks the list of links that add files to the bundle: at most a hundred, with their number.
func TestLinkedFilesAreLogged(t *testing.T) {
	t.Parallel()
	for links, want := range map[int]struct {
		head string
		more string
	}{
		1:   {head: `Links bring in 1 file from outside "infra"`},
		100: {head: `Links bring in 100 files from outside "infra"`},
		101: {head: `Links bring in 101 files from outside "infra"`, more: "and 1 more; mode: check lists every file\n"},
	} {
		t.Run(fmt.Sprint(links), func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, scenario(t, "plan-changes"), "path=infra")
			tree("infra/main.tf", "shared/a.json=1")(r)
			for i := range links {
				tree(fmt.Sprintf("infra/l%03d.json->../shared/a.json", i))(r)
			}
			p := r.play().want(0, "result=planned").logContains("::group::"+want.head, want.more)
			if n := strings.Count(p.log, `.json" -> "shared/a.json" (1 file)`); n != min(links, 100) {
				t.Errorf("%d links are logged", n)
			}
			if want.more == "" && strings.Contains(p.log, "more; mode") {
				t.Errorf("more links are reported\n%s", p.log)
			}
		})
	}
}

// TestCheckOfProblems checks the mode check on a checkout or with access that would block a run early.
func TestCheckOfProblems(t *testing.T) {
	t.Parallel()
	playFaults(t, map[string]faultCase{
		"missing path": {inputs: []string{"mode=check", "path=nowhere"}, code: 2, outputs: []string{"result=invalid"}},
		"unknown workspace": {
			inputs: []string{"mode=check", "workspace-id=ws-nothere"}, code: 3,
			outputs: []string{"result=refused", "error-code=workspace-not-found"},
		},
		"rejected token": {
			inputs: []string{"mode=check"}, faults: []scalrsim.Fault{statusFault("* /**", 401, -1)}, code: 3,
			outputs: []string{"error-code=token-rejected"},
		},
		"permissions": {
			inputs: []string{"mode=check"},
			faults: []scalrsim.Fault{{Op: readWorkspace, Action: scalrsim.Misreport, Member: "permissions", Value: map[string]any{
				"can-queue-run": true, "can-queue-apply": false, "can-queue-destroy": false}}},
			outputs: []string{"result=checked"},
			says: []string{"The token may start runs: yes\n", "The token may apply them: no\n", "The token may destroy: no\n",
				"The token may change the workspace: unknown\n"},
		},
		"files": {
			inputs:  []string{"mode=check"},
			setUp:   tree("modules/a.tf=x", "link.tf->modules/a.tf", ".terraformignore=*.md", "README.md=x"),
			outputs: []string{"result=checked"},
			says: []string{`"modules/a.tf" 1 B` + "\n", "excluded (.terraformignore line 1, ", `, such as "README.md"` + "\n",
				"::group::Files that would be uploaded: 3 files\n", "\n" + `"link.tf" -> "modules/a.tf"` + "\n"},
		},
		"warning and problem": {
			scenario: "locked",
			inputs:   []string{"mode=check"},
			alter:    func(s *scalrsim.Scenario) { s.Config.Workspace = map[string]any{"execution-mode": "local"} },
			code:     3,
			outputs:  []string{"error-code=check-failed"},
			says:     []string{"1 problem would block a run.", "::warning::Workspace ", "has the execution mode local"},
		},
	})
}
