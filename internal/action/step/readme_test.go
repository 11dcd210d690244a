package step

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/result"
)

const (
	readme          = "../../../README.md"
	errorsDocument  = "../../../docs/errors.md"
	resultsDocument = "../../../docs/inputs.md"
)

// messageWords are the parts of each message that a user would search for. "|" separates those of different messages, "…"
// stands for a variable part. The text between ‹ and › is variable in the code, but always the same for this error code.
// TestCodeWordsAppearInMessages checks that the program contains them.
var messageWords = map[Code]string{
	"input-invalid":                     "… problems with the inputs:",
	"proxy-invalid":                     "… of the runner is not the address of a proxy",
	"ca-file-missing":                   "SSL_CERT_FILE names …, which cannot be read in this container",
	"path-missing":                      "path … is not in the checkout",
	"path-outside":                      "path … leaves the checkout through a link to …",
	"path-unsuitable":                   "path … is neither a directory nor a .tar.gz archive",
	"link-outside":                      "link … points to …, outside the checkout; nothing was read from there",
	"link-cycle":                        "link … to … cannot be followed",
	"links-multiply":                    "links add more than … times as many",
	"ignore-file-unusable":              "ignore file … cannot be used",
	"nothing-to-send":                   "… contains nothing to upload",
	"no-terraform-files":                "… contains no Terraform files (*.tf, *.tf.json, *.tofu, *.tofu.json, *.hcl)",
	"file-unreadable":                   "… cannot be read",
	"file-changed":                      "… changed while it was packed",
	"archive-damaged":                   "archive … is damaged",
	"archive-unsafe":                    "the archive's entry … is not safe to unpack",
	"no-room":                           "… does not have enough disk space for the archive",
	"token-rejected":                    "… (HTTP ‹401›)",
	"sign-in-refused":                   "The job's claims are …. The assume policy of … matches if",
	"links-unknown":                     "which environments are linked to it is not reported by Scalr",
	"id-token-failed":                   "GitHub did not issue an OIDC token",
	"id-token-unavailable":              "it lacks the permission id-token: write",
	"not-allowed":                       "… (HTTP ‹403›)|… (HTTP ‹404›)",
	"workspace-not-found":               "Environment … has no workspace … that the token can read|Workspace … not found, or the token cannot read it",
	"workspace-ambiguous":               "… workspaces are named … in the environment …",
	"environment-not-found":             "Environment … not found, or the token cannot read it",
	"environment-ambiguous":             "… ‹environment›s are named …",
	"tag-ambiguous":                     "… ‹tag›s are named …",
	"policy-group-not-found":            "‹Policy group› … not found, or the token cannot read it",
	"provider-configuration-not-found":  "‹Provider configuration› … not found, or the token cannot read it",
	"provider-configuration-not-shared": "Scalr rejected the default provider configurations …",
	"tag-name-invalid":                  "Scalr rejected the tag name …",
	"terraform-version-unavailable":     "Scalr rejected the version …",
	"agent-pool-not-found":              "‹Agent pool› … not found, or the token cannot read it",
	"run-not-found":                     "Run … not found, or the token cannot read it",
	"wrong-run":                         "Run … is not the run that was requested:",
	"wrong-workspace":                   "Run … belongs to …, not to workspace …",
	"wrong-configuration":               "Run … belongs to …, not to configuration version …",
	"run-not-expected":                  "Run … destroys everything in its workspace, and `destroy: true` is not set",
	"workspace-vcs-driven":              "takes its configuration from the repository …: nothing can be uploaded to it|the workspace takes no uploads",
	"workspace-module-driven":           "uses a module from the registry: nothing can be uploaded to it",
	"workspace-local":                   "has the execution mode local: Scalr does not run Terraform in it",
	"workspace-locked":                  "Workspace … is locked",
	"environment-locked":                "Environment … is locked",
	"working-directory-missing":         "The workspace's working directory … is not in path …",
	"working-directory-empty":           "The workspace's working directory … has no .tf or .tofu files",
	"directories-missing":               "No workspace has its directory in the checkout: …",
	"directory-mismatch":                "The directory of a workspace does not end in its working directory in Scalr: …",
	"too-many-affected":                 "… workspaces are affected, but ",
	"change-unknown":                    "It is unknown what changed: …",
	"conflict":                          "… (HTTP ‹409›)",
	"request-refused":                   "… (HTTP ‹422›)",
	"upload-refused":                    "upload to configuration version",
	"upload-expired":                    "upload to configuration version",
	"upload-too-large":                  "The archive has …. The largest:",
	"configuration-errored":             "configuration version … was not accepted:",
	"configuration-pending":             "configuration version … is still … after …",
	"redirected":                        "; it leads to ",
	"run-not-waiting":                   "only a run that waits for a person can be discarded|there is nothing to confirm|… waits for an override",
	"outputs-unwritable":                "but the outputs could not be written:",
	"output-too-large":                  "The output … exceeds GitHub's limit of 1 MiB",
	"check-failed":                      "would block a run",
	"in-use":                            "cannot be deleted",
	"host-unknown":                      "no such host: ",
	"unreachable":                       "no connection in time",
	"certificate-not-trusted":           "(issued by …, valid from … to …)",
	"not-tls":                           " answered without TLS",
	"tls-too-old":                       " supports only old versions of TLS; 1.2 is required",
	"proxy-unreachable":                 "the proxy could not be reached: ",
	"proxy-refused":                     "the proxy … answered …",
	"address-refused":                   "the address is link-local or belongs to a cloud's metadata service",
	"rate-limited":                      "… (HTTP ‹429›)",
	"not-scalr":                         "expected JSON:API, got …:",
	"no-usable-answer":                  "no valid response",
	"run-unknown":                       "no valid response was received and no such run was found",
	"run-errored":                       "The run failed|The apply failed",
	"policy-failed":                     "A hard-mandatory policy failed",
	"run-discarded":                     "The run was ‹discarded› in Scalr by …",
	"run-canceled":                      "The run was ‹canceled› in Scalr by …",
	"cost-estimation-off":               "has cost estimation off",
	"gate-hit":                          "The plan does not pass `fail-on`:",
	"workspaces-failed":                 "The runs of … failed:|The runs of … wait for a policy override:",
	"runs-missing":                      "No finished run of this workflow run was found for …:",
	"job-failed":                        "The job `…` failed.",
	"too-late":                          " was applied already",
	"unknown-status":                    "the run stays in an unknown status",
	"override-needed":                   "The run waits for an override",
	"timed-out":                         "The step exceeded its timeout of ",
	"internal-error":                    "a bug in this action:",
}

// commonCodes are the error codes in the README.
var commonCodes = []Code{
	CodeInputInvalid, CodeTokenRejected, CodeNotAllowed, CodeSignInRefused,
	CodeWorkspaceNotFound, CodeWorkspaceVCSDriven, CodeWorkspaceLocked, CodeWorkingDirectoryMissing, CodeUnreachable,
}

// TestREADMEErrors checks that docs/errors.md and the README's table of common errors match advices. The flag -update
// rewrites both.
func TestREADMEErrors(t *testing.T) {
	for _, generated := range []struct{ file, mark, content string }{
		{errorsDocument, "error codes", errorSections()},
		{readme, "common errors", commonErrors()},
	} {
		before := readDocument(t, generated.file)
		head, rest, ok := strings.Cut(before, "<!-- "+generated.mark+" -->\n")
		_, tail, ok2 := strings.Cut(rest, "<!-- end of "+generated.mark+" -->")
		if !ok || !ok2 {
			t.Fatalf("%s has no markers for %s", generated.file, generated.mark)
		}
		after := head + "<!-- " + generated.mark + " -->\n\n" + generated.content + "\n<!-- end of " + generated.mark +
			" -->" + tail
		switch {
		case after == before:
		case *goldentest.Update:
			if err := os.WriteFile(generated.file, []byte(after), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s and advices differ; go test ./internal/action/step -run TestREADMEErrors -update writes it",
				generated.file)
		}
	}
}

// errorSections returns docs/errors.md's sections. Each code has a heading, because GitHub creates an anchor for it.
func errorSections() string {
	var sections []string
	for _, code := range slices.Sorted(maps.Keys(advices)) {
		a := advices[code]
		result := "none of its own"
		if a.result != "" {
			result = "`" + strings.ReplaceAll(string(a.result), ", ", "` or `") + "`"
		}
		sections = append(sections, fmt.Sprintf("## `%s`\n\n%s.\n\n- Result: %s\n- Message: %s\n- What to do: %s\n",
			code, meaning(a), result, quotedWords(code), a.do))
	}
	return strings.Join(sections, "\n")
}

// quotedWords returns the words of a code's messages in quotation marks.
func quotedWords(code Code) string {
	var quoted []string
	for words := range strings.SplitSeq(messageWords[code], "|") {
		quoted = append(quoted, "“"+strings.TrimSpace(plainText.Replace(words))+"”")
	}
	return strings.Join(quoted, " or ")
}

func commonErrors() string {
	table := "| `error-code` | what it means | what to do |\n| --- | --- | --- |\n"
	for _, code := range commonCodes {
		table += fmt.Sprintf("| [`%s`](docs/errors.md#%s) | %s | %s |\n", code, code, meaning(advices[code]),
			advices[code].do)
	}
	return table
}

func meaning(a advice) string {
	if a.cause[0] == '`' {
		return a.cause
	}
	return strings.ToUpper(a.cause[:1]) + a.cause[1:]
}

// TestCodeWordsAppearInMessages checks that each code has a meaning and advice, and that its words appear in a string of
// the program, so that a search for a logged message finds the code.
func TestCodeWordsAppearInMessages(t *testing.T) {
	t.Parallel()
	texts := programTexts(t)
	for code, a := range advices {
		if a.cause == "" || a.do == "" {
			t.Errorf("the error code %q has no meaning or no advice", code)
		}
		if messageWords[code] == "" {
			t.Errorf("no message is known for the error code %q: add it to messageWords", code)
		}
	}
	for code, said := range messageWords {
		if _, ok := advices[code]; !ok {
			t.Errorf("messageWords has %q, which is not an error code", code)
		}
		for words := range strings.SplitSeq(said, "|") {
			if !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, generalized(words)) }) {
				t.Errorf("the program has no text %q, which docs/errors.md has for %s", words, code)
			}
		}
	}
}

var (
	formatVerb = regexp.MustCompile(`%[-+# .0-9]*[a-zA-Z]`)
	filledIn   = regexp.MustCompile(`‹[^›]*›`)
	plainText  = strings.NewReplacer("‹", "", "›", "", "*", `\*`)
)

// generalized replaces the variable parts with "…".
func generalized(text string) string {
	return filledIn.ReplaceAllString(formatVerb.ReplaceAllString(text, "…"), "…")
}

// programTexts returns all string literals of the non-test code.
func programTexts(t *testing.T) []string {
	t.Helper()
	var texts []string
	err := filepath.WalkDir("../..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") ||
			strings.Contains(name, "scalrsim") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, _ := strconv.Unquote(literal.Value)
				texts = append(texts, generalized(text))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// TestREADMEResults checks the exit codes in the table of results.
func TestREADMEResults(t *testing.T) {
	t.Parallel()
	_, rest, _ := strings.Cut(readDocument(t, resultsDocument), "<!-- results -->")
	table, _, ok := strings.Cut(rest, "<!-- end of results -->")
	if !ok {
		t.Fatal("docs/inputs.md has no markers for the table of results")
	}
	got := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|.*\\| ([0-9]+(?: or [0-9]+)?) \\|$").
		FindAllStringSubmatch(table, -1) {
		got[row[1]] = row[2]
	}
	for _, result := range namedResults(t) {
		if want := exitsOf(result); got[result] != want {
			t.Errorf("docs/inputs.md has the exit code %q for the result %q, want %q", got[result], result, want)
		}
		delete(got, result)
	}
	if len(got) > 0 {
		t.Errorf("docs/inputs.md has results that no action.yml names: %v", got)
	}
}

// namedResults returns the results that action.yml documents.
func namedResults(t *testing.T) []string {
	t.Helper()
	found := []string{"not-found"}
	text, err := os.ReadFile("../../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n  result:\n")
	description, _, _ := strings.Cut(rest, "\n  status:")
	for _, word := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(description, -1) {
		found = append(found, word[1])
	}
	if len(found) < 10 {
		t.Fatalf("got only the results %q from action.yml", found)
	}
	return found
}

func exitsOf(word string) string {
	var codes []string
	for _, o := range []Outcome{
		{Result: result.Result(word), Requested: true, signal: interrupted{syscall.SIGINT}},
		{Result: result.Result(word), signal: interrupted{syscall.SIGTERM}},
	} {
		if code := strconv.Itoa(o.ExitCode()); !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return strings.Join(codes, " or ")
}

func readDocument(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
