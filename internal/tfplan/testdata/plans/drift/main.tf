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

  # make.py answers for CloudWatch Logs: one group was changed, one is gone.
  endpoints {
    logs = "http://127.0.0.1:48127"
  }
}

resource "aws_cloudwatch_log_group" "web" {
  name              = "/shop/web"
  retention_in_days = 14
}

resource "aws_cloudwatch_log_group" "worker" {
  name              = "/shop/worker"
  retention_in_days = 14
}

output "retention" {
  value = aws_cloudwatch_log_group.web.retention_in_days
}
