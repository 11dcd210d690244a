resource "terraform_data" "kept" {
  input = "stays where it is"
}
