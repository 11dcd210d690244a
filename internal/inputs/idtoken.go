package inputs

import (
	"strings"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/secret"
)

// longestIDToken leaves room for the lists of groups in the tokens of some issuers.
const longestIDToken = 32 << 10

// jwt is the compact form of a signed token (RFC 7519, 3).
var jwt = lazyregexp.New(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`)

// idToken reads an OIDC token. On GitHub it ignores the environment variable, which an earlier step of
// the job can set.
func (r *reader) idToken() secret.Value {
	raw, from := r.src.Get("id-token"), ""
	if strings.TrimSpace(raw) == "" && !r.src.Origin.OnGitHub {
		raw, from = r.src.Env("SCALR_ID_TOKEN"), "the environment variable SCALR_ID_TOKEN "
	}
	v := strings.TrimSpace(raw)
	account := r.value("service-account") != ""
	switch {
	case v == "":
		return secret.Value{}
	case from == "" && !account && strings.TrimSpace(r.src.Get("token")) != "":
		r.badf("id-token", "cannot be combined with token: only one of them can be used to sign in. "+
			"Remove id-token, or replace token by service-account: ci@acme.scalr.io")
		return secret.Value{}
	case from == "" && !account:
		r.badf("id-token", "is set without service-account, the account to sign in as. "+
			"Write the service account's e-mail, such as service-account: ci@acme.scalr.io")
		return secret.Value{}
	case !account:
		return secret.Value{}
	}
	if what := brokenIDToken(v); what != "" {
		r.badf("id-token", "%s%s; the value is not shown. Pass the OIDC token that the CI system issues for this job, "+
			"such as id-token: ${{ env.OIDC_TOKEN }}, or SCALR_ID_TOKEN below GitLab's `id_tokens:`", from, what)
		return secret.Value{}
	}
	return secret.New(v)
}

// brokenIDToken describes why v is not an OIDC token, or returns "".
func brokenIDToken(v string) string {
	switch what := brokenCredential(v, longestIDToken); {
	case what != "":
		return what
	case !jwt.MatchString(v):
		return "is not a JSON Web Token, which has three parts with dots between them (" + count(len(v)) + ")"
	}
	return ""
}
