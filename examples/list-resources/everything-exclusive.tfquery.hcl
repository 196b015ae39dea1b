# Lists everything, with all assignments of an application as one exclusive set.
#
#     terraform query -generate-config-out=generated.tf
#
# finds all provisioning objects of these gallery entries, without knowing any id. Use either this file or
# the one with single assignments, not both: two resources would manage the same assignments.

list "gotomeeting_application" "all" {
  provider = gotomeeting

  config {
    gallery_names = ["GoToMeeting", "GoTo"]
  }
}

list "gotomeeting_provisioning_connection" "all" {
  provider = gotomeeting

  config {
    service_principal_ids = [for app in list.gotomeeting_application.all.data : app.identity.service_principal_id]
  }
}

list "gotomeeting_attribute_mappings" "all" {
  provider = gotomeeting

  config {
    service_principal_ids = [for app in list.gotomeeting_application.all.data : app.identity.service_principal_id]
  }
}

list "gotomeeting_provisioning_state" "all" {
  provider = gotomeeting

  config {
    service_principal_ids = [for app in list.gotomeeting_application.all.data : app.identity.service_principal_id]
  }
}

list "gotomeeting_user_role_assignments_exclusive" "all" {
  provider = gotomeeting

  config {
    service_principal_ids = [for app in list.gotomeeting_application.all.data : app.identity.service_principal_id]
  }
}
