package step

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// SignIn returns a Scalr client, signed in with the token or as the service account. It masks all secrets first.
func (s *Step) SignIn(ctx context.Context, in inputs.Access, retrying func(scalr.Retry)) (*scalr.Client, error) {
	s.Job.MaskToken(in.Token)
	s.Job.MaskToken(in.IDToken)
	c := scalr.Config{BaseURL: in.BaseURL, Token: in.Token, UserAgent: s.UserAgent(), HTTP: s.Env.HTTP, Retrying: retrying}
	if in.ServiceAccount != "" {
		token, err := s.assume(ctx, c, in)
		if err != nil {
			return nil, err
		}
		c.Token = token
		if in.IDToken.Empty() {
			c.Renew = func(ctx context.Context) (secret.Value, error) { return s.assume(ctx, c, in) }
		} else {
			c.Rejected = sessionEnded(in.ServiceAccount, time.Now())
		}
	}
	return scalr.New(c)
}

// sessionEnded returns a function that adds to a rejected request why the session cannot be renewed: the input id-token
// has one ID token, which expires.
func sessionEnded(account string, began time.Time) func(error) error {
	return func(err error) error {
		return fmt.Errorf("%w; %w", err, &Refusal{
			Code: CodeTokenRejected,
			Problem: fmt.Sprintf("the session of %s began %s ago, and it cannot be renewed with id-token",
				account, time.Since(began).Round(time.Second)),
			Advice: "Raise `maximum_session_duration` of the account's assume policy in Scalr above the time that the step takes, " +
				"or continue in a later job, which has its own ID token, with `mode: watch` or `mode: confirm` and `run-id`.",
		})
	}
}

// assume signs in as the service account with an ID token, either from GitHub or from the input id-token, and returns
// the access token from Scalr.
func (s *Step) assume(ctx context.Context, c scalr.Config, in inputs.Access) (secret.Value, error) {
	proof, err := s.proof(ctx, in)
	if err != nil {
		return secret.Value{}, err
	}
	c.Renew = nil
	client, err := scalr.New(c)
	if err != nil {
		return secret.Value{}, err
	}
	token, expires, err := client.Assume(ctx, in.ServiceAccount, proof)
	if errors.Is(err, scalr.ErrUnauthorized) || errors.Is(err, scalr.ErrForbidden) || errors.Is(err, scalr.ErrNotFound) {
		return token, s.signInRefused(in, proof, err)
	}
	if err != nil {
		return token, err
	}
	s.Job.MaskToken(token)
	s.Job.Infof("Signed in as %s until %s", in.ServiceAccount, expires.UTC().Format("15:04 MST"))
	return token, nil
}

func (s *Step) proof(ctx context.Context, in inputs.Access) (secret.Value, error) {
	if !in.IDToken.Empty() {
		return in.IDToken, nil
	}
	proof, err := s.Job.IDToken(ctx, in.Audience)
	switch {
	case errors.Is(err, job.ErrNoIDToken), err != nil && ctx.Err() != nil:
		return secret.Value{}, fmt.Errorf("get an OIDC token from GitHub: %w", err)
	case err != nil:
		return secret.Value{}, Refuse(CodeIDTokenFailed, "GitHub did not issue an OIDC token: %v.", err)
	}
	return proof, nil
}

// shownClaims are the claims of GitHub, GitLab, Buildkite and CircleCI that an assume policy can check and that are
// not personal data.
var shownClaims = []string{"repository", "repository_id", "environment", "ref",
	"project_path", "project_id", "ref_protected",
	"organization_slug", "pipeline_slug", "build_branch",
	"oidc.circleci.com/project-id", "oidc.circleci.com/vcs-origin", "oidc.circleci.com/vcs-ref"}

// identifying are the claims that identify the repository or project of a token, the most stable first.
var identifying = []string{"repository_id", "repository", "project_id", "project_path", "pipeline_slug", "oidc.circleci.com/project-id"}

// signInRefused returns the error for a rejected sign-in. It shows the claims that were sent, because the assume
// policy checks them.
func (s *Step) signInRefused(in inputs.Access, proof secret.Value, err error) error {
	c, unreadable := job.ReadClaims(proof)
	if unreadable != nil {
		return Refuse(CodeSignInRefused, "%s. The ID token that was sent cannot be read: %v.", Sentence(err), unreadable)
	}
	claims := []string{fmt.Sprintf("sub=%q", c.Subject), fmt.Sprintf("aud=%q", c.Audience)}
	for _, name := range shownClaims {
		if v := c.Text(name); v != "" {
			claims = append(claims, fmt.Sprintf("%s=%q", name, v))
		}
	}
	text := fmt.Sprintf("%s. The job's claims are %s. The assume policy of %s matches if its provider's url is %q, the provider's allowed "+
		"audiences contain %q, and its conditions are %s.",
		Sentence(err), strings.Join(claims, ", "), in.ServiceAccount, c.Issuer, strings.Join(c.Audience, " "), conditions(c))
	if time.Now().After(c.Expires) && !c.Expires.IsZero() {
		text += fmt.Sprintf(" The ID token expired at %s.", c.Expires.UTC().Format("2006-01-02 15:04:05 MST"))
	}
	return Refuse(CodeSignInRefused, "%s", text)
}

// immutableSubject matches the subject of a GitHub repository that contains the ids of owner and repository.
var immutableSubject = lazyregexp.New(`^repo:[^/:]+@[0-9]+/[^/:]+@[0-9]+:`)

// conditions returns conditions for an assume policy that match these claims.
func conditions(c job.Claims) string {
	condition := func(name, value string) string { return fmt.Sprintf("%s eq %q", name, value) }
	all := []string{condition("sub", c.Subject)}
	for _, name := range identifying {
		if v := c.Text(name); v != "" {
			all[0] = condition(name, v)
			break
		}
	}
	if v := c.Text("environment"); v != "" {
		all = append(all, condition("environment", v))
	}
	text := strings.Join(all, " and ")
	if immutableSubject.MatchString(c.Subject) {
		text += "; a condition on sub must contain the ids too, as above"
	}
	return text
}
