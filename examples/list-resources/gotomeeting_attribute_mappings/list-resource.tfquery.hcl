list "gotomeeting_attribute_mappings" "all" {
  provider = gotomeeting

  config {
    service_principal_id = "b0000000-0000-4000-8000-000000000001"
  }
}
