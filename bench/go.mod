module scalr-run-action/bench

go 1.26

replace scalr-run-action => ../

require (
	github.com/hashicorp/go-slug v1.0.0
	github.com/klauspost/compress v1.20.3
	golang.org/x/sys v0.36.0
	scalr-run-action v0.0.0
)
