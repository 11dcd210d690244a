package httpx

// CheckAddress is exported because a test cannot make localhost resolve to another address.
var CheckAddress = checkAddress
