package inputs

import (
	"fmt"
	"strings"
	"unicode"

	"scalr-run-action/internal/secret"
)

// Limits of the length of a token: at least a short password, and short enough for a header.
const (
	shortestToken = 8
	longestToken  = 8192
)

// token reads Scalr's token, from the environment if the input is empty.
func (r *reader) token() secret.Value {
	raw, from, where := r.src.Get("token"), "", "token"
	if strings.TrimSpace(raw) == "" {
		raw, from, where = r.src.Env("SCALR_TOKEN"), "the environment variable SCALR_TOKEN ", "SCALR_TOKEN"
	}
	v := strings.TrimSpace(raw)
	if v == "" {
		r.badf("token", "is empty. %s", r.noToken())
		return secret.Value{}
	}
	if len(v) != len(raw) {
		r.notef("The value of %s had leading or trailing white space (%s), which was removed; store the value without it.", where, count(len(raw)-len(v)))
	}
	if what := brokenToken(v); what != "" {
		r.badf("token", "%s%s; the value is not shown. Create a token in Scalr%s", from, what, r.storeToken())
		return secret.Value{}
	}
	if kind := githubToken(v); kind != "" {
		r.badf("token", "%sholds %s of %s; Scalr needs its own token. Create one in Scalr%s", from, kind, count(len(v)), r.storeToken())
		return secret.Value{}
	}
	return secret.New(v)
}

// storeToken advises how to pass a new token. It continues a sentence.
func (r *reader) storeToken() string {
	if !r.src.Origin.OnGitHub {
		return " and set the environment variable SCALR_TOKEN=<token>"
	}
	return ", store it as a secret, and write token: ${{ secrets.SCALR_TOKEN }}"
}

// noToken describes why the token may be missing, and what to do.
func (r *reader) noToken() string {
	o := r.src.Origin
	switch {
	case !o.OnGitHub && strings.TrimSpace(r.src.Env("SCALR_ID_TOKEN")) != "":
		return "The environment variable SCALR_ID_TOKEN signs in with service-account only: set that too, such as " +
			"service-account: ci@acme.scalr.io (INPUT_SERVICE_ACCOUNT)"
	case !o.OnGitHub:
		return "Set the environment variable SCALR_TOKEN, such as SCALR_TOKEN=<token of a service account>"
	case o.Fork:
		return "GitHub does not give secrets to workflows from forks. " + skipForks
	case o.Dependabot:
		return "Dependabot can read only its own secrets. Add it under Dependabot secrets " +
			"(Settings, Secrets and variables, Dependabot), or skip the step with `if: github.actor != 'dependabot[bot]'`"
	}
	return "Check that the secret is defined and that this job can read it. A secret of an environment needs `environment:` on the job, a " +
		"secret of the organization needs this repository selected, a reusable workflow needs `secrets: inherit` where it is called. " +
		"Set token: ${{ secrets.SCALR_TOKEN }}. " + orNoSecret
}

const orNoSecret = "Or sign in without a stored secret with service-account"

// brokenToken describes why v is not a token, or returns "". It shows the length and the kind of
// characters, but never the value.
func brokenToken(v string) string { return brokenCredential(v, longestToken) }

// brokenCredential is brokenToken for a credential of at most longest characters.
func brokenCredential(v string, longest int) string {
	switch n := len(v); {
	case strings.Contains(v, "${{"):
		return "contains the text of an expression: the expression was not evaluated (" + count(n) + ")"
	case strings.Trim(v, "*") == "":
		return "contains only asterisks: a masked value was pasted (" + count(n) + ")"
	case strings.HasPrefix(strings.ToLower(v), "bearer "):
		return "begins with the word Bearer, which this action adds itself (" + count(n) + ")"
	case strings.ContainsAny(v[:1], `"'`):
		return "begins with a quotation mark (" + count(n) + ")"
	case n < shortestToken:
		return fmt.Sprintf("is too short for a token: %s, at least %d are needed", count(n), shortestToken)
	case n > longest:
		return fmt.Sprintf("is too long for a token: %s, at most %d are allowed", count(n), longest)
	}
	return foreignCharacter(v)
}

// foreignCharacter describes the first character that is not allowed in a token.
func foreignCharacter(v string) string {
	for _, c := range v {
		class := ""
		switch {
		case c == '\n' || c == '\r':
			class = "a line break"
		case c == 0:
			class = "a NUL character"
		case unicode.IsSpace(c):
			class = "white space"
		case c > unicode.MaxASCII:
			class = "a character that is not ASCII"
		case unicode.IsControl(c):
			class = "a control character"
		}
		if class != "" {
			return fmt.Sprintf("contains %s among its %s", class, count(len(v)))
		}
	}
	return ""
}

// githubToken returns the kind of GitHub token that v is, or "".
func githubToken(v string) string {
	for _, prefix := range []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"} {
		if strings.HasPrefix(v, prefix) {
			return "a GitHub token (" + prefix + "…)"
		}
	}
	return ""
}

func count(characters int) string {
	if characters == 1 {
		return "1 character"
	}
	return fmt.Sprintf("%d characters", characters)
}

// gitHubToken reads the token for the comment. Without a token there is no comment, which the action
// reports; this is not an error.
func (r *reader) gitHubToken() secret.Value {
	v := strings.TrimSpace(r.src.Get("github-token"))
	if v == "" {
		return secret.Value{}
	}
	if what := brokenToken(v); what != "" {
		r.badf("github-token", "%s; the value is not shown. Leave the input out to use the job's own token, or write "+
			"github-token: ${{ secrets.COMMENT_TOKEN }}", what)
		return secret.Value{}
	}
	return secret.New(v)
}
