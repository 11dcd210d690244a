variable "name" {
  type        = string
  default     = "demo"
  description = "What the network is called"
}

variable "cidr" {
  type    = string
  default = "10.0.0.0/16"
}

variable "zones" {
  type    = list(string)
  default = ["a", "b"]
}
