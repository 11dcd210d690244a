resource "terraform_data" "schema" {
  input = "one"
}

resource "terraform_data" "migration" {
  input = terraform_data.schema.id
  provisioner "local-exec" {
    command = "echo 'ERROR: relation \"orders\" already exists' && exit 3"
  }
}

resource "terraform_data" "service" {
  input = terraform_data.migration.id
}
