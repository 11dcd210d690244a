resource "terraform_data" "tainted" {
  input = "same"
}

resource "terraform_data" "asked" {
  input = "same"
}

resource "terraform_data" "trigger" {
  input = "two"
}

resource "terraform_data" "follower" {
  input = "same"
  lifecycle {
    replace_triggered_by = [terraform_data.trigger]
  }
}

resource "terraform_data" "each" {
  for_each = toset(["stays"])
  input    = each.key
}
