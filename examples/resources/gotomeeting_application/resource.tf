resource "gotomeeting_application" "this" {
  display_name = "GoToMeeting"
}
