package runs_test

// What faults are for.
const (
	readRun    = "GET /runs/*"
	createRun  = "POST /runs"
	everything = "* /**"
)
