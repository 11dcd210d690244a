package step

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// SignIn makes the client of Scalr and signs in. Secrets are masked before
// anything else can print them.
func (s *Step) SignIn(ctx context.Context, in inputs.Access, retrying func(scalr.Retry)) (*scalr.Client, error) {
	s.Job.Mask(in.Token)
	c := scalr.Config{BaseURL: in.BaseURL, Token: in.Token, UserAgent: s.UserAgent(), HTTP: s.Env.HTTP, Retrying: retrying}
	if in.ServiceAccount != "" {
		token, err := s.assume(ctx, c, in)
		if err != nil {
			return nil, err
		}
		c.Token = token
		c.Renew = func(ctx context.Context) (secret.Value, error) { return s.assume(ctx, c, in) }
	}
	return scalr.New(c)
}

// assume signs in without a stored secret: GitHub says who the job is for, and
// Scalr gives a token for it.
func (s *Step) assume(ctx context.Context, c scalr.Config, in inputs.Access) (secret.Value, error) {
	proof, err := s.Job.IDToken(ctx, in.Audience)
	switch {
	case errors.Is(err, job.ErrNoIDToken), err != nil && ctx.Err() != nil:
		return secret.Value{}, fmt.Errorf("get an OIDC token from GitHub: %w", err)
	case err != nil:
		return secret.Value{}, Refuse(CodeIDTokenFailed, "GitHub gave no OIDC token: %v.", err)
	}
	c.Renew = nil
	door, err := scalr.New(c)
	if err != nil {
		return secret.Value{}, err
	}
	token, expires, err := door.Assume(ctx, in.ServiceAccount, proof)
	if errors.Is(err, scalr.ErrUnauthorized) || errors.Is(err, scalr.ErrForbidden) || errors.Is(err, scalr.ErrNotFound) {
		return token, s.signInRefused(in, proof, err)
	}
	if err != nil {
		return token, err
	}
	s.Job.Mask(token)
	s.Job.Infof("Signed in as %s until %s", in.ServiceAccount, expires.UTC().Format("15:04 MST"))
	return token, nil
}

// signInRefused shows what was sent, since that is what the policy is held against.
func (s *Step) signInRefused(in inputs.Access, proof secret.Value, err error) error {
	c, _ := job.ReadClaims(proof)
	return Refuse(CodeSignInRefused, "%s The job's claims are sub=%q, aud=%q, repository=%q, environment=%q, ref=%q. "+
		"The assume policy of %s fits if its provider's url is %q, the provider's allowed audiences hold %q, and it has the one condition repository eq %q.",
		Sentence(err), c.Subject, c.Audience, c.Repository, c.Environment, c.Ref, in.ServiceAccount, c.Issuer, strings.Join(c.Audience, " "), c.Repository)
}
