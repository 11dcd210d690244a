package action

import (
	"context"
	"strings"

	"scalr-run-action/internal/scalr"
)

func environmentWithID(ctx context.Context, c *scalr.Client, id string) (scalr.Environment, bool, error) {
	env, err := c.Environment(ctx, id)
	if gone(err) {
		return env, false, nil
	}
	return env, err == nil, err
}

// environmentMeant finds an environment by what may be its id or its name: a
// name may look like an id.
func environmentMeant(ctx context.Context, c *scalr.Client, nameOrID string) (scalr.Environment, bool, error) {
	if strings.HasPrefix(nameOrID, "env-") && !strings.ContainsAny(nameOrID, "/?#% ") {
		if env, ok, err := environmentWithID(ctx, c, nameOrID); ok || err != nil {
			return env, ok, err
		}
	}
	return c.EnvironmentNamed(ctx, "", nameOrID)
}

// missingEnvironment says that there is no such environment, and which come near.
func missingEnvironment(ctx context.Context, c *scalr.Client, nameOrID string) error {
	var names []string
	list, _ := c.Environments(ctx, scalr.EnvironmentFilter{})
	for _, e := range list {
		names = append(names, e.Name)
	}
	return found(codeEnvironmentGone, "There is no environment %q that the token can see.%s", nameOrID, didYouMean(nameOrID, names))
}
