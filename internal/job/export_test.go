package job

// ReadFile is tested on its own, because EventPayload hides its errors.
var ReadFile = readFile
