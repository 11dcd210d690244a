resource "terraform_data" "tainted" {
  input = "same"
}

resource "terraform_data" "asked" {
  input = "same"
}

resource "terraform_data" "trigger" {
  input = "one"
}

resource "terraform_data" "follower" {
  input = "same"
  lifecycle {
    replace_triggered_by = [terraform_data.trigger]
  }
}

resource "terraform_data" "each" {
  for_each = toset(["stays", "goes"])
  input    = each.key
}
