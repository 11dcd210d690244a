package action

import (
	"errors"
	"strings"

	"scalr-run-action/internal/scalr"
)

// permissions names, for the beginning of what was being done, the permission
// that it takes (Scalr's own names).
var permissions = []struct{ doing, needs string }{
	{"create a run", "runs:create"},
	{"apply run", "runs:apply"},
	{"cancel run", "runs:cancel"},
	{"discard run", "runs:cancel"},
	{"override policy check", "policy-checks:override"},
}

// permission says which permission the token lacks, if that is what is wrong and
// it is known.
func permission(err error) string {
	var e *scalr.Error
	if !errors.As(err, &e) || !errors.Is(e, scalr.ErrForbidden) && !errors.Is(e, scalr.ErrNotFound) {
		return ""
	}
	for _, p := range permissions {
		if strings.HasPrefix(e.Op, p.doing) {
			return " The token may not do this: it needs the permission " + p.needs + "."
		}
	}
	return ""
}
