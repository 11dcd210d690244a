package httpx

// Judge decides about an address, which a test cannot make localhost lead to.
var Judge = judge
