resource "terraform_data" "old" {
  count = 40
  input = "v1"
}
