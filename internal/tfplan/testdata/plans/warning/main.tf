resource "terraform_data" "web" {
  input = "http://shop.example.com"
}

check "encrypted" {
  assert {
    condition     = startswith(terraform_data.web.input, "https://")
    error_message = "The shop is served without encryption."
  }
}
