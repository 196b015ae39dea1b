# In a test tenant: the application is destroyed together with anything that others have set up on it, including single sign-on.
resource "gotomeeting_application" "trial" {
  display_name  = "GoToMeeting (trial)"
  force_destroy = true

  timeouts = {
    create = "30m"
  }
}
