package action_test

import (
	"strings"
	"testing"
)

const (
	exact      = "scope=exact"
	everything = "scope=everything"
)

// TestAffectedByContent checks the affected workspaces for changes to the files of a repository.
func TestAffectedByContent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		workspaces    string
		before, after string
		inputs        string // separated by "|"
		want          string
		says          string
	}{
		"own file": {
			workspaces: "app=app db=db",
			before:     "app/x: 1\ndb/x: 1",
			after:      "app/x: 2\ndb/x: 1",
			want:       "app:app/x",
			says:       "1 file changed between aaaaaaa and bbbbbbb",
		},
		"nothing": {
			workspaces: "app=app",
			before:     "app/x: 1\ny: 1",
			after:      "app/x: 1\ny: 2",
			says:       "Affected workspaces: 0 of 1",
		},
		"name prefix": {
			workspaces: "app=app app-2=app-2",
			before:     "app/x: 1\napp-2/x: 1",
			after:      "app/x: 1\napp-2/x: 2",
			want:       "app-2:app-2/x",
		},
		"nested": {
			workspaces: "app=app sub=app/sub",
			before:     "app/x: 1\napp/sub/x: 1",
			after:      "app/x: 1\napp/sub/x: 2",
			want:       "sub:app/sub/x",
		},
		"nested module": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: calls ../m/a\nm/a/main.tf: calls ../b\nm/b/t/x: 1\ndb/x: 1",
			after:      "app/main.tf: calls ../m/a\nm/a/main.tf: calls ../b\nm/b/t/x: 2\ndb/x: 1",
			want:       "app:m/b/t/x",
		},
		"same source in two modules": {
			workspaces: "one=a/app two=b/app",
			before:     "a/app/main.tf: calls ../m\nb/app/main.tf: calls ../m\na/m/x: 1\nb/m/x: 1",
			after:      "a/app/main.tf: calls ../m\nb/app/main.tf: calls ../m\na/m/x: 1\nb/m/x: 2",
			want:       "two:b/m/x",
		},
		"module cycle": {
			workspaces: "app=app",
			before:     "app/main.tf: calls ../a\na/main.tf: calls ../b\nb/main.tf: calls ../a\nb/x: 1",
			after:      "app/main.tf: calls ../a\na/main.tf: calls ../b\nb/main.tf: calls ../a\nb/x: 2",
			want:       "app:b/x",
		},
		"deleted module that is still called": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: calls ../m\nm/main.tf: 1\ndb/x: 1",
			after:      "app/main.tf: calls ../m\ndb/x: 1",
			want:       "app:m/main.tf",
		},
		"JSON": {
			workspaces: "app=app",
			before:     `app/main.tf.json: {"module":{"m":{"source":"../m"}}}` + "\nm/x: 1",
			after:      `app/main.tf.json: {"module":{"m":{"source":"../m"}}}` + "\nm/x: 2",
			want:       "app:m/x",
		},
		"dynamic source": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: calls ../${var.m}\ndb/x: 1\nz: 1",
			after:      "app/main.tf: calls ../${var.m}\ndb/x: 1\nz: 2",
			want:       "app:z",
		},
		"source from variable": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: module \"m\" { source = var.m }\ndb/x: 1\nz: 1",
			after:      "app/main.tf: module \"m\" { source = var.m }\ndb/x: 1\nz: 2",
			want:       "app:app/main.tf",
			says:       "not all files that they use are known: prod/app (app/main.tf: the source of a module is an expression)",
		},
		"submodule": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: calls ../vendor/lib/net\nvendor/lib: commit 1\ndb/x: 1",
			after:      "app/main.tf: calls ../vendor/lib/net\nvendor/lib: commit 2\ndb/x: 1",
			want:       "app:vendor/lib",
		},
		"changed link": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: calls ../current/net\ncurrent: -> m/v1\nm/v1/net/x: 1\nm/v2/net/x: 1\ndb/x: 1",
			after:      "app/main.tf: calls ../current/net\ncurrent: -> m/v2\nm/v1/net/x: 1\nm/v2/net/x: 1\ndb/x: 1",
			want:       "app:current",
		},
		"changed link target": {
			workspaces: "app=app",
			before:     "app/main.tf: calls ../current\ncurrent: -> m/v1\nm/v1/x: 1",
			after:      "app/main.tf: calls ../current\ncurrent: -> m/v1\nm/v1/x: 2",
			want:       "app:m/v1/x",
		},
		"single file": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: x = file(\"${path.module}/../shared/a\")\nshared/a: 1\ndb/x: 1",
			after:      "app/main.tf: x = file(\"${path.module}/../shared/a\")\nshared/a: 2\ndb/x: 1",
			want:       "app:shared/a",
		},
		"mode": {workspaces: "app=app", before: "app/x: #1", after: "app/x: #!1", want: "app:app/x"},
		"renamed directory": {
			workspaces: "old=infra/old new=infra/new db=infra/db",
			before:     "infra/old/x: 7\ninfra/db/x: 1",
			after:      "infra/new/x: 7\ninfra/db/x: 1",
			want:       "new:infra/new/x",
			says:       "This change deletes the directory of prod/old (infra/old)",
		},
		"deleted nested directory": {
			workspaces: "app=app sub=app/sub",
			before:     "app/x: 1\napp/sub/x: 1",
			after:      "app/x: 1",
			says:       "This change deletes the directory of prod/sub",
		},
		"deleted directory": {
			workspaces: "old=infra/old db=infra/db",
			before:     "infra/old/x: 7\ninfra/db/x: 1",
			after:      "infra/db/x: 1",
			says:       "This change deletes the directory of prod/old",
		},
		"shared": {
			workspaces: "app=app db=db",
			before:     "app/x: 1\ndb/x: 1\nglobal/x.md: 1\nglobal/y: 1",
			after:      "app/x: 1\ndb/x: 1\nglobal/x.md: 2\nglobal/y: 2",
			inputs:     "affected-by=global/\n!**/*.md",
			want:       "app:global/y db:global/y",
		},
		"excluded shared directory": {
			workspaces: "app=app db=db",
			before:     "app/x: 1\ndb/x: 1\nglobal/x.md: 1",
			after:      "app/x: 1\ndb/x: 1\nglobal/x.md: 2",
			inputs:     "affected-by=global/\n!**/*.md",
		},
		"one misspelled pattern": {
			workspaces: "app=app db=db",
			before:     "app/x: 1\ndb/x: 1\nglobal/y: 1",
			after:      "app/x: 1\ndb/x: 1\nglobal/y: 2",
			inputs:     "affected-by=globl/\nglobal/",
			want:       "app:global/y db:global/y",
			says:       "`affected-by` has patterns that match no file in the checkout, and none that changed: \"globl/\".",
		},
		"ignore file": {
			workspaces: "app=a/app db=db",
			before:     "a/app/x: 1\ndb/x: 1\na/.terraformignore: x",
			after:      "a/app/x: 1\ndb/x: 1\na/.terraformignore: y",
			want:       "app:a/.terraformignore",
		},
		"pattern": {
			workspaces: "app db",
			before:     "infra/prod/app/x: 1\ninfra/prod/db/x: 1",
			after:      "infra/prod/app/x: 1\ninfra/prod/db/x: 2",
			inputs:     "directories=infra/{environment}/{workspace}",
			want:       "db:infra/prod/db/x",
		},
		"line for all workspaces": {
			workspaces: "app db",
			before:     "infra/prod/app/x: 1\nlive/x: 1",
			after:      "infra/prod/app/x: 1\nlive/x: 2",
			inputs:     "directories=infra/{environment}/{workspace}\nprod/db=live",
			want:       "db:live/x",
		},
		"single directory": {
			workspaces: "eu us",
			before:     "app/x: 1",
			after:      "app/x: 2",
			inputs:     "directories=app",
			want:       "eu:app/x us:app/x",
		},
		"some excluded": {
			workspaces: "app=app gone=gone",
			before:     "app/x: 1",
			after:      "app/x: 2",
			want:       "app:app/x",
			says:       "Workspaces whose directory is not in the checkout are omitted: prod/gone (gone).",
		},
		"one invalid line": {
			workspaces: "app db",
			before:     "infra/app/x: 1",
			after:      "infra/app/x: 2",
			inputs:     "directories=infra/{workspace}\nprod/db=infra/dbb",
			want:       "app:infra/app/x",
			says:       "Workspaces for which `directories` names a directory that is not in the checkout are omitted: prod/db (infra/dbb).",
		},
		"unclaimed": {
			workspaces: "app",
			before:     "infra/app/x: 1\ninfra/lost/y/x: 1\ninfra/gone/x: 1",
			after:      "infra/app/x: 1\ninfra/lost/y/x: 2",
			inputs:     "directories=infra/{workspace}",
			says:       "Changed directories that belong to no selected workspace: infra/lost.",
		},
		"owned by a workspace that is not named": {
			workspaces: "app=infra net=infra/net",
			before:     "infra/x: 1\ninfra/net/x: 1",
			after:      "infra/x: 1\ninfra/net/x: 2",
			inputs:     "environment=|workspaces=prod/app",
		},
		"root without working directory": {workspaces: "app", before: "main.tf: 1", after: "main.tf: 2", want: "app:main.tf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := afterPush(t, c.workspaces, c.before, c.after)
			if c.inputs != "" {
				f.inputs = strings.Split(c.inputs, "|")
			}
			f.play().want(0, exact, "result=done", "error-code=").wantWorkspaces(c.want).logContains(c.says)
		})
	}
}
