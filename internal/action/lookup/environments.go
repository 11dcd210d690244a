package lookup

import (
	"context"
	"strings"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/scalr"
)

// EnvironmentByID returns false if the environment does not exist or the token cannot read it.
func EnvironmentByID(ctx context.Context, c *scalr.Client, id string) (scalr.Environment, bool, error) {
	env, err := c.Environment(ctx, id)
	if Gone(err) {
		return env, false, nil
	}
	return env, err == nil, err
}

// Environment finds an environment by id or name. An argument that looks like an id is tried as an id first, then as
// a name.
func Environment(ctx context.Context, c *scalr.Client, nameOrID string) (scalr.Environment, bool, error) {
	if strings.HasPrefix(nameOrID, "env-") && !strings.ContainsAny(nameOrID, "/?#% ") {
		if env, ok, err := EnvironmentByID(ctx, c, nameOrID); ok || err != nil {
			return env, ok, err
		}
	}
	return c.EnvironmentNamed(ctx, "", nameOrID)
}

// MissingEnvironment returns the error for an environment that was not found. The error suggests similar names.
func MissingEnvironment(ctx context.Context, c *scalr.Client, nameOrID string) error {
	var names []string
	list, _ := c.Environments(ctx, scalr.EnvironmentFilter{})
	for _, e := range list {
		names = append(names, e.Name)
	}
	return step.Refuse(step.CodeEnvironmentNotFound, "Environment %q not found, or the token cannot read it.%s", nameOrID, DidYouMean(nameOrID, names))
}
