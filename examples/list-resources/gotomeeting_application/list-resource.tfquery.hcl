list "gotomeeting_application" "all" {
  provider = gotomeeting

  config {
    gallery_name = "GoToMeeting"
  }
}
