terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variable "api_key" {
  type      = string
  sensitive = true
  default   = "new-secret-0815"
}

resource "aws_ssm_parameter" "api_key" {
  name        = "/shop/api-key"
  type        = "SecureString"
  value       = var.api_key
  description = "two"
}

output "api_key" {
  value     = var.api_key
  sensitive = true
}
