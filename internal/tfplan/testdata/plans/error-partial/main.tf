resource "terraform_data" "fine" {
  input = "this one can be planned"
}

resource "terraform_data" "zone" {
  input = "mars-north-1"
  lifecycle {
    precondition {
      condition     = startswith(terraform_data.fine.input, "eu-")
      error_message = "The zone must be in the EU: we promised that the data stays there."
    }
  }
}
