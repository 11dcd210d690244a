import {
  to = terraform_data.adopted
  id = "d9a2f0c4"
}

import {
  to = terraform_data.changed
  id = "77e0b1aa"
}

resource "terraform_data" "adopted" {}

resource "terraform_data" "changed" {
  input = "new"
}
