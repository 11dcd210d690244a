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

resource "aws_security_group" "web" {
  name        = "web"
  description = "Public web servers"
  vpc_id      = "vpc-0f1e2d3c4b5a69788"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_instance" "web" {
  ami                    = "ami-0ee55ff66aa77bb88"
  instance_type          = "t3.medium"
  vpc_security_group_ids = [aws_security_group.web.id]
  tags                   = { Name = "web" }
}

resource "aws_db_instance" "orders" {
  identifier          = "orders"
  engine              = "postgres"
  instance_class      = "db.t4g.medium"
  allocated_storage   = 100
  storage_encrypted   = true
  username            = "orders"
  password            = "not-a-real-password"
  skip_final_snapshot = true
}

resource "aws_cloudwatch_log_group" "worker" {
  count             = 2
  name              = "/shop/worker/${count.index}"
  retention_in_days = 30
}
