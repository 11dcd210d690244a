package inputs

import (
	"net/url"
	"strings"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/secret"
)

// Access is the address of Scalr and how to sign in: with a token, or as a service account.
type Access struct {
	// BaseURL has only a scheme and a host, without a path or a slash at its end.
	BaseURL *url.URL
	// Token is empty when ServiceAccount is set.
	Token secret.Value
	// ServiceAccount is an e-mail address, or "" to sign in with the token.
	ServiceAccount string
	// Audience is the audience of GitHub's OIDC token; "" means GitHub's default.
	Audience string
	// IDToken is an OIDC token for ServiceAccount; empty means to request one from GitHub.
	IDToken secret.Value
}

func (r *reader) access() Access {
	a := Access{
		BaseURL:        r.baseURL(),
		ServiceAccount: r.serviceAccount(),
		Audience:       r.line("oidc-audience", 255, "scalr-github-actions"),
		IDToken:        r.idToken(),
	}
	switch {
	case r.value("service-account") == "":
		if r.value("id-token") == "" { // otherwise the missing account is the problem
			a.Token = r.token()
		}
		if a.Audience != "" {
			r.warnf("oidc-audience has no effect without service-account.")
		}
	case a.Audience != "" && !a.IDToken.Empty():
		r.warnf("oidc-audience has no effect with id-token, whose audience its issuer has set.")
	}
	r.noteHost(a)
	return a
}

// noteHost reports the host if the workflow sets the credentials but not the host, since an earlier
// step of the job can set SCALR_HOSTNAME.
func (r *reader) noteHost(a Access) {
	if a.BaseURL == nil || r.value("base-url") != "" {
		return
	}
	what := "the token in the input token"
	switch {
	case a.ServiceAccount != "" && !r.src.Origin.OnGitHub:
		return // the only way to set the host and the service account
	case a.ServiceAccount != "":
		what = "the OIDC token for service-account"
	case strings.TrimSpace(r.src.Get("token")) == "":
		return // both come from the environment
	}
	advice := ""
	if r.src.Origin.OnGitHub {
		advice = " Earlier steps of the job can set this variable; set base-url: " + a.BaseURL.String() + " to pin the host."
	}
	r.notef("The host %s comes from the environment variable SCALR_HOSTNAME, and %s is sent there.%s", a.BaseURL.Host, what, advice)
}

// baseURL reads the address of Scalr, from the environment if the input is empty.
func (r *reader) baseURL() *url.URL {
	v, from := r.value("base-url"), ""
	if v == "" {
		v, from = strings.TrimSpace(r.src.Env("SCALR_HOSTNAME")), "the environment variable SCALR_HOSTNAME "
	}
	if v == "" {
		advice := "Set that variable, such as SCALR_HOSTNAME=acme.scalr.io"
		if r.src.Origin.OnGitHub {
			advice = "Write the address of your Scalr account, such as base-url: https://acme.scalr.io. " +
				"If it comes from a variable or secret, check that it is defined for this repository"
		}
		r.badf("base-url", "is empty, and so is the environment variable SCALR_HOSTNAME. %s", advice)
		return nil
	}
	if strings.Contains(v, "${{") && from == "" {
		r.requireEvaluated("base-url", v)
		return nil
	}
	u, problem := r.parseBaseURL(v)
	if problem != "" {
		r.badf("base-url", "%s%s", from, problem)
		return nil
	}
	return u
}

var (
	email            = lazyregexp.New(`^[^\s@"'<>,;\\]+@[^\s@"'<>,;\\/]+\.[^\s@"'<>,;\\/]+$`)
	serviceAccountID = lazyregexp.New(`^sa-[A-Za-z0-9]+$`)
)

// serviceAccount reads the e-mail address to sign in as, and checks that this job can.
func (r *reader) serviceAccount() string {
	v := r.value("service-account")
	if v == "" {
		return ""
	}
	if strings.TrimSpace(r.src.Get("token")) != "" {
		r.badf("service-account", "cannot be combined with token: only one of them can be used to sign in. "+
			"Remove token to sign in as service-account: %s, or remove service-account", r.quote(v))
	} else if strings.TrimSpace(r.src.Env("SCALR_TOKEN")) != "" {
		r.notef("service-account is used to sign in; the environment variable SCALR_TOKEN is ignored.")
	}
	if !r.hasIDToken() {
		r.badf("service-account", "%s", r.noIDToken())
	}
	if !r.requireEvaluated("service-account", v) || !r.fits("service-account", v, 254, "ci@acme.scalr.io") {
		return ""
	}
	if !email.MatchString(v) {
		r.badf("service-account", "is not an e-mail address%s: %s. Write the service account's e-mail as Scalr shows it, "+
			"such as service-account: ci@acme.scalr.io", notEmail(v), r.quote(v))
		return ""
	}
	return v
}

func notEmail(v string) string {
	if serviceAccountID.MatchString(v) {
		return " but its id"
	}
	return ""
}

// hasIDToken reports whether there is an OIDC token to sign in with, or GitHub can issue one.
func (r *reader) hasIDToken() bool {
	return r.src.Origin.HasIDToken || strings.TrimSpace(r.src.Get("id-token")) != "" ||
		!r.src.Origin.OnGitHub && strings.TrimSpace(r.src.Env("SCALR_ID_TOKEN")) != ""
}

func (r *reader) noIDToken() string {
	o := r.src.Origin
	switch {
	case !o.OnGitHub:
		return "needs an OIDC token. Pass the one that the CI system issues for this job in the environment variable SCALR_ID_TOKEN, " +
			"or sign in with SCALR_TOKEN=<token of a service account>"
	case o.Fork:
		return "needs GitHub's OIDC token, which GitHub does not give to pull requests from forks. " + skipForks
	case strings.TrimSpace(r.src.Env("SCALR_ID_TOKEN")) != "":
		return "needs an OIDC token. On GitHub the environment variable SCALR_ID_TOKEN is ignored: pass another issuer's token in the input id-token, " +
			"or add to the job: permissions: { id-token: write, contents: read }"
	}
	return "needs GitHub's OIDC token, and this job is not allowed to request one. Add to the job: permissions: " +
		"{ id-token: write, contents: read }; in a reusable workflow the calling job needs it too"
}

const skipForks = "Skip the step with `if: github.event.pull_request.head.repo.full_name == github.repository`. " +
	"Do not switch to pull_request_target with a checkout of the PR: a plan runs the PR's code"
