module scalr-run-action/test/sdk

go 1.26

replace scalr-run-action => ../..

require (
	github.com/scalr/go-scalr/v2 v2.0.0-rc.4
	scalr-run-action v0.0.0-00010101000000-000000000000
)
