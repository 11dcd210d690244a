package bundle

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestErrorTexts: each code has a text, which names the path and the target; long names are shortened.
func TestErrorTexts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		e    Error
		want string
	}{
		{Error{Code: PathMissing, Path: "p"}, `path "p" is not in the checkout`},
		{Error{Code: PathMissing, Path: "p", Target: "t"}, `path "p" is not in the checkout; a similar directory is "t"`},
		{Error{Code: PathOutside, Path: "p"}, `path "p" is outside the checkout`},
		{Error{Code: PathOutside, Path: "p", Target: "t"}, `path "p" leaves the checkout through a link to "t"`},
		{Error{Code: PathUnsuitable, Path: "p"}, `path "p" is neither a directory nor a .tar.gz archive`},
		{Error{Code: LinkOutside, Path: "p", Target: "t"}, `link "p" points to "t", outside the checkout; nothing was read from there`},
		{Error{Code: LinkCycle, Path: "p", Target: "t"}, `link "p" to "t" cannot be followed`},
		{Error{Code: LinksMultiply, Path: "p", Target: "t"}, `link "p" to "t" makes the archive too large`},
		{Error{Code: IgnoreUnusable, Path: "p"}, `ignore file "p" cannot be used, and without it excluded files would be uploaded`},
		{Error{Code: NothingToSend, Path: "p"}, `"p" contains nothing to upload`},
		{Error{Code: NoTerraform, Path: "p"}, `"p" contains no Terraform files (*.tf, *.tf.json, *.tofu, *.tofu.json, *.hcl)`},
		{Error{Code: Unreadable, Path: "p", Err: syscall.EACCES}, `"p" cannot be read: permission denied`},
		{Error{Code: Changed, Path: "p"}, `"p" changed while it was packed`},
		{Error{Code: ArchiveDamaged, Path: "p"}, `archive "p" is damaged`},
		{Error{Code: ArchiveUnsafe, Path: "p"}, `the archive's entry "p" is not safe to unpack`},
		{Error{Code: ArchiveUnsafe, Path: "p", Target: "t"}, `the archive's link "p" points to "t", outside the archive`},
		{Error{Code: NoRoom}, "no directory for temporary files is writable"},
		{Error{Code: NoRoom, Path: "p"}, `"p" does not have enough disk space for the archive`},
		{Error{Code: "other", Path: "p"}, `"p": other`},
		{Error{Code: PathMissing, Path: strings.Repeat("x", 500)}, `path "` + strings.Repeat("x", 500) + `" is not in the checkout`},
		{Error{Code: PathMissing, Path: strings.Repeat("x", 501)}, `path "` + strings.Repeat("x", 500) + `…" is not in the checkout`},
	} {
		if got := c.e.Error(); got != c.want || c.e.Unwrap() != c.e.Err {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestCodes: the codes are stable, because workflows compare them.
func TestCodes(t *testing.T) {
	t.Parallel()
	codes := []Code{PathMissing, PathOutside, PathUnsuitable, LinkOutside, LinkCycle, LinksMultiply, IgnoreUnusable, NothingToSend, NoTerraform, Unreadable,
		Changed, ArchiveDamaged, ArchiveUnsafe, NoRoom}
	want := "[path-missing path-outside path-unsuitable link-outside link-cycle links-multiply ignore-file-unusable nothing-to-send no-terraform-files " +
		"file-unreadable file-changed archive-damaged archive-unsafe no-room]"
	if got := fmt.Sprint(codes); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestOpenErrors: a file that was removed or replaced after the listing has changed; any other error is unreadable.
func TestOpenErrors(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{
		syscall.ENOENT:  `"f" changed while it was packed: it was removed`,
		syscall.ENOTDIR: `"f" changed while it was packed: it was removed`,
		errNotRegular:   `"f" changed while it was packed: it was replaced`,
		syscall.ELOOP:   `"f" changed while it was packed: it was replaced`,
		syscall.ENXIO:   `"f" changed while it was packed: it was replaced`,
		syscall.EIO:     `"f" cannot be read: input/output error`,
		fs.ErrInvalid:   `"f" cannot be read: invalid argument`,
	} {
		if got := openError("f", &fs.PathError{Op: "open", Path: "x", Err: err}).Error(); strings.Replace(got, "open x: ", "", 1) != want {
			t.Errorf("%v: got %s, want %s", err, got, want)
		}
	}
	if err := fs.ErrInvalid; readError("f", err) != err {
		t.Error("an error that is not the operating system's was changed")
	}
}

// TestKindsOfNames covers the names that have a meaning.
func TestKindsOfNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		is   func([]byte) bool
		yes  string
		no   string
	}{
		{"never uploaded", alwaysExcluded, ".git gha-creds-1.json gha-creds-.json gha-kubeconfig-0ab5",
			".gitignore git gha-creds-1.txt gha-creds.json x-gha-creds-1.json .git2 gha-kubeconfig x-gha-kubeconfig-1"},
		{"Terraform", isTerraform, "a.tf a.tf.json a.tofu a.tofu.json", ".tf .a.tf.json a.hcl a.tfvars a.json tf a.tf.txt a.tofu.yaml"},
		{"configuration", isConfiguration, "a.tf a.tf.json a.tofu a.tofu.json terragrunt.hcl .hcl", "a.tfvars hcl a.hcl.json"},
		{"state", isState, "terraform.tfstate a.tfstate a.tfstate.backup .a.tfstate.lock.info a.tfstate.", "tfstate a.tfstates a.tfstat"},
		{"secret", isSecretPath, ".env a/.env .envrc .netrc .npmrc .pypirc .pgpass .git-credentials .terraformrc terraform.rc credentials.tfrc.json id_rsa " +
			"id_dsa id_ecdsa id_ed25519 .vault-token kubeconfig tfplan a/b/tfplan application_default_credentials.json " +
			".aws/credentials a/.aws/credentials .docker/config.json .kube/config .env.local .env.production " +
			"a.tfplan a.p12 a.pfx a.ppk a.kdbx a.jks",
			"env a.env .env.example .env.sample .env.template .env.dist credentials aws/credentials x.aws/credentials .aws/x/credentials config.json " +
				"docker/config.json config .kube/configs id_rsa.pub plan a.p12.txt .kube/credentials .docker/config"},
	} {
		for _, name := range strings.Fields(c.yes) {
			if !c.is([]byte(name)) {
				t.Errorf("%s is not %s", name, c.what)
			}
		}
		for _, name := range strings.Fields(c.no) {
			if c.is([]byte(name)) {
				t.Errorf("%s is %s", name, c.what)
			}
		}
	}
	for name, want := range map[string]bool{".git": true, "a/.git/b": true, "a/gha-creds-1.json": true, "a/git": false, "": false} {
		if hasExcludedComponent(name) != want {
			t.Errorf("%s: got %t", name, !want)
		}
	}
}

// TestKeyBorders: a label has up to 20 characters, a key is found in the first 64 KiB, and its first line within 200 bytes.
func TestKeyBorders(t *testing.T) {
	t.Parallel()
	const key = "-----BEGIN PRIVATE KEY-----"
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"a label of 20 characters":         {"x\n-----BEGIN " + strings.Repeat("A", 19) + " PRIVATE KEY-----\nMIIE", true},
		"a label of 21 characters":         {"x\n-----BEGIN " + strings.Repeat("A", 20) + " PRIVATE KEY-----\nMIIE", false},
		"a line break in the label":        {"x\n-----BEGIN A\n PRIVATE KEY-----\nMIIE", false},
		"the end of the searched part":     {strings.Repeat("x", 64<<10-len(key)-len("\nA")) + key + "\nA", true},
		"after the searched part":          {strings.Repeat("x", 64<<10-len(key)-1) + key + "\nA", false},
		"data after spaces":                {"x " + key + " \t\r\nMIIE", true},
		"data after an escaped line break": {`x ` + key + `\r\nMIIE`, true},
		"data without a line break":        {"x " + key + "MIIE", false},
		"data on a later line":             {"x " + key + "\n\nMIIE", true},
		"data with other characters":       {"x " + key + "\nMI-IE", false},
		"data with all characters":         {"x " + key + "\nAZaz09+/=", true},
		"a header":                         {"x " + key + "\nDEK-Info: x-y", true},
		"a comment header":                 {"x " + key + "\nComment: x-y", true},
		"an unknown header":                {"x " + key + "\nOther: x-y", false},
		"nothing":                          {"x " + key + "\n", false},
		"data within 200 bytes":            {"x " + key + strings.Repeat(" ", 198) + "\nA", true},
		"data after 200 bytes":             {"x " + key + strings.Repeat(" ", 199) + "\nA", false},
		"data before spaces":               {"x " + key + "\nMIIE \t\r\n- -", true},
		"data before an escape":            {"x " + key + `\nMIIE\n- -`, true},
		"an open end":                      {"x -----BEGIN PRIVATE KEY", false},
		"four hyphens":                     {"x -----BEGIN PRIVATE KEY----\nMIIE", false},
		"the second is a key":              {"PRIVATE KEY\n" + key + "\nMIIE", true},
		"a file that begins with a key":    {key, true},
		"an empty file":                    {"", false},
		"a service account without type":   {`{"private_key":"x"}`, false},
		"a type without a value":           {`{"type","service_account","private_key"}`, false},
		"a list with a later type":         {"\n\t [\r{\"type\":1},{\"type\" : \"service_account\",\"private_key\":1}]", true},
		"text with braces":                 {`x{"type":"service_account","private_key":1}`, false},
	} {
		if got := hasKey([]byte(c.text)); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestFaultsAreJoined: an error lists the first ten faults by path and the number of the others.
func TestFaultsAreJoined(t *testing.T) {
	t.Parallel()
	for n, more := range map[int]string{0: "", 1: "", 2: "", 10: "", 11: "\nand 1 more", 13: "\nand 3 more"} {
		var f faults
		var want []string
		for i := range n {
			at := (i*7 + 3) % n
			f.add(&Error{Code: Changed, Path: fmt.Sprintf("%02d", at)})
			if i < 10 {
				want = append(want, fmt.Sprintf(`"%02d" changed while it was packed`, i))
			}
		}
		got := ""
		if err := f.join(); err != nil {
			got = err.Error()
		}
		if got != strings.Join(want, "\n")+more {
			t.Errorf("%d faults: got %s, want %s%s", n, got, want, more)
		}
	}
	one := faults{}
	one.add(&Error{Code: Changed, Path: "a"})
	if err, ok := one.join().(*Error); !ok || err.Path != "a" {
		t.Errorf("one fault: got %v", one.join())
	}
}

// TestLargestFilesAndDirectories: the ten largest, and no directory that is nearly all of one subdirectory.
func TestLargestFilesAndDirectories(t *testing.T) {
	t.Parallel()
	var files largestFiles
	for i := range 30 {
		files.add("d", []byte(fmt.Sprintf("%02d", (i*7)%30)), int64((i*7)%30/2))
	}
	var got []string
	for _, f := range files {
		got = append(got, fmt.Sprintf("%s:%d", f.Name, f.Bytes))
	}
	if want := "d/28:14 d/29:14 d/26:13 d/27:13 d/24:12 d/25:12 d/22:11 d/23:11 d/20:10 d/21:10"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var same largestFiles
	for i := range 12 {
		same.add("d", fmt.Append(nil, i), 7)
	}
	for i, f := range same {
		if f.Name != fmt.Sprint("d/", i) {
			t.Errorf("of files of the same size: got %v, want the first ten", same)
			break
		}
	}
	for name, c := range map[string]struct {
		dirs string // path:size of the files directly in it, sorted by path
		want string
	}{
		"a subdirectory with 90 %":           {".:0 a:10 a/b:90", "a:100 a/b:90"},
		"a subdirectory with more than 90 %": {".:0 a:9 a/b:91", "a/b:91"},
		"an empty directory":                 {".:5 a:0 b:1", "b:1"},
		"nested":                             {".:0 a:50 a/b:30 a/b/c:20 b:7", "a:100 a/b:50 a/b/c:20 b:7"},
		"same sizes":                         {".:0 a:1 b:1 c:2", "c:2 a:1 b:1"},
		"the root only":                      {".:7", ""},
	} {
		var dirs []dir
		var sizes []int64
		for _, one := range strings.Fields(c.dirs) {
			name, size, _ := strings.Cut(one, ":")
			var n int64
			fmt.Sscan(size, &n)
			dirs, sizes = append(dirs, dir{path: name}), append(sizes, n)
		}
		var got []string
		for _, d := range largestDirs(dirs, sizes) {
			got = append(got, fmt.Sprintf("%s:%d", d.Name, d.Bytes))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
	dirs, sizes := []dir{{path: "."}}, []int64{0}
	for i := range 12 {
		dirs, sizes = append(dirs, dir{path: fmt.Sprintf("%02d", i)}), append(sizes, int64(i+1))
	}
	if got := largestDirs(dirs, sizes); len(got) != 10 || got[0].Bytes != 12 || got[9].Bytes != 3 {
		t.Errorf("got %v, want the ten largest", got)
	}
}

// TestNamesAreStoredOnce checks that a name has the same number whenever it is added, however many there are.
func TestNamesAreStoredOnce(t *testing.T) {
	t.Parallel()
	n := newNames()
	for round := range 2 {
		for i := range 5000 {
			name := fmt.Append(nil, "f", i)
			if got := n.add(name); got != uint32(i) || string(n.get(got)) != string(name) {
				t.Fatalf("round %d: %s has the number %d, the name of which is %s; want %d", round, name, got, n.get(got), i)
			}
		}
	}
}

// TestMinimumSizes: a copy of up to the free size is always allowed, and a larger one needs a tenth of it.
func TestMinimumSizes(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]int64{0: 0, 1000: 0, 1001: 101, 1010: 101, 1011: 102, 5000: 500} {
		if got := minimumSize(n, freeEntries); got != want {
			t.Errorf("%d: got %d, want %d", n, got, want)
		}
	}
	for _, c := range []struct {
		n    copies
		want string
	}{
		{
			copies{entries: 1001, checkout: checkoutSize{entries: 100, bytes: 1}},
			"links add more than 10 times as many files and directories as the checkout contains (100)",
		},
		{
			copies{entries: 1010, bytes: 99, checkout: checkoutSize{entries: 101, bytes: 9}},
			"links add more than 10 times as many bytes as the checkout contains (9)",
		},
		{
			copies{entries: 1000, bytes: 99, checkout: checkoutSize{entries: 99, bytes: 9}}, // so many are always allowed
			"links add more than 10 times as many bytes as the checkout contains (9)",
		},
		{
			copies{entries: 100, bytes: 99, checkout: checkoutSize{entries: 10, bytes: 9}},
			"links add more than 10 times as many bytes as the checkout contains (9)",
		},
	} {
		if got := c.n.limitError().Error(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestNumberFields: a numeric field holds octal digits and a NUL.
func TestNumberFields(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0000000\x00", 7: "0000007\x00", 8: "0000010\x00", 0o755: "0000755\x00", 0o7777777: "7777777\x00"} {
		field := make([]byte, 8)
		if octal(field, n); string(field) != want {
			t.Errorf("%o: got %q", n, field)
		}
	}
	for name, want := range map[string][2]string{
		"/" + strings.Repeat("a", 100):                                      {},
		strings.Repeat("a", 100) + "/":                                      {},
		"d/" + strings.Repeat("a", 99) + "/":                                {"d", strings.Repeat("a", 99) + "/"},
		strings.Repeat("d", 10) + "/" + strings.Repeat("e", 95):             {strings.Repeat("d", 10), strings.Repeat("e", 95)},
		strings.Repeat("d", 150) + "/" + strings.Repeat("e", 4) + "/" + "f": {strings.Repeat("d", 150) + "/eeee", "f"},
		strings.Repeat("d", 150) + "/" + strings.Repeat("e", 5) + "/" + "f": {strings.Repeat("d", 150), "eeeee/f"},
	} {
		if prefix, short, ok := splitName(name); ok != (want[1] != "") || prefix != want[0] || short != want[1] {
			t.Errorf("%s: got %q, %q, %t", name, prefix, short, ok)
		}
	}
}

// TestEntriesReportErrors: the entries end with the error of a file that was removed, or of the context.
func TestEntriesReportErrors(t *testing.T) {
	t.Parallel()
	list := func(t *testing.T) (*Listing, string) {
		root := makeTree(t, "a.tf", "b.tf", "sub/c.tf")
		l, err := List(t.Context(), Options{Root: root})
		if err != nil {
			t.Fatal(err)
		}
		return l, root
	}
	entries := func(ctx context.Context, l *Listing, most int) (names []string, failed error) {
		for e, err := range l.Entries(ctx) {
			if err != nil {
				return names, err
			}
			if names = append(names, e.Name); len(names) == most {
				break
			}
		}
		return names, nil
	}
	l, root := list(t)
	if names, err := entries(t.Context(), l, 100); err != nil || !slices.Equal(names, []string{"sub/", "a.tf", "b.tf", "sub/c.tf"}) {
		t.Errorf("got %q, %v", names, err)
	}
	for n := 1; n <= 4; n++ {
		if names, err := entries(t.Context(), l, n); err != nil || len(names) != n {
			t.Errorf("after %d entries: got %q, %v", n, names, err)
		}
	}
	if err := os.Remove(filepath.Join(root, "b.tf")); err != nil {
		t.Fatal(err)
	}
	var e *Error
	if names, err := entries(t.Context(), l, 100); !errors.As(err, &e) || e.Code != Changed || e.Path != "b.tf" || len(names) != 2 {
		t.Errorf("a removed file: got %q, %v", names, err)
	}
	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stopped)
	if names, err := entries(ctx, l, 100); err != stopped || len(names) != 1 {
		t.Errorf("an ended context: got %q, %v", names, err)
	}
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	if _, err := entries(t.Context(), l, 100); !errors.As(err, &e) || e.Code != PathMissing || e.Path != root {
		t.Errorf("a removed checkout: got %v", err)
	}
}

// TestDirectoriesInArchiveOrder: directories are compared by their last component, then by the one before.
func TestDirectoriesInArchiveOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "a", 0}, {"", "a", -1}, {"a", "b", -1}, {"a/z", "b/a", 1}, {"a/x", "b/x", -1}, {"x", "a/x", -1}, {"a/b/c", "b/b/c", -1},
	} {
		if got := compareFromTheEnd(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: got %d, want %d", c.a, c.b, got, c.want)
		}
		if got := compareFromTheEnd(c.b, c.a); got != -c.want {
			t.Errorf("%q and %q: got %d, want %d", c.b, c.a, got, -c.want)
		}
	}
}
