variable "gotomeeting_admin_username" {
  description = "GoTo administrator as which Microsoft Entra ID signs in."
  type        = string
  default     = "provisioning@example.com"
}

variable "gotomeeting_admin_password" {
  description = "Password of this administrator. It is sent to the service but never stored by Terraform."
  type        = string
  ephemeral   = true
}

variable "gotomeeting_admin_password_version" {
  description = "Change this value when the password changes."
  type        = string
  default     = "1"
}

variable "meetings_team_group_id" {
  description = "Object id of the security group whose members get accounts."
  type        = string
}
