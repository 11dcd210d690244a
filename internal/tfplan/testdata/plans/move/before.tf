resource "terraform_data" "old" {
  input = "same"
}

resource "terraform_data" "other" {
  input = "before"
}
