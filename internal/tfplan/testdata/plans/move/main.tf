moved {
  from = terraform_data.old
  to   = terraform_data.new
}

moved {
  from = terraform_data.other
  to   = terraform_data.another
}

resource "terraform_data" "new" {
  input = "same"
}

resource "terraform_data" "another" {
  input = "after"
}
