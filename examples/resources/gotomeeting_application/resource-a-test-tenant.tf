# In a test tenant: destroyed together with whatever others have set up on it, single sign-on included.
resource "gotomeeting_application" "trial" {
  display_name  = "GoToMeeting (trial)"
  force_destroy = true

  timeouts = {
    create = "30m"
  }
}
