resource "terraform_data" "web" {
  input = "same"
}
