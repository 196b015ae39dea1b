variable "gotomeeting_admin_username" {
  description = "Administrator at GoTo whom Microsoft Entra ID signs in as."
  type        = string
  default     = "provisioning@example.com"
}

variable "gotomeeting_admin_password" {
  description = "Password of that administrator. It is sent, never stored."
  type        = string
  ephemeral   = true
}

variable "gotomeeting_admin_password_version" {
  description = "Change it when the password changes."
  type        = string
  default     = "1"
}

variable "meetings_team_group_id" {
  description = "Object id of the security group whose members get accounts."
  type        = string
}
