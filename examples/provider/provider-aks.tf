# In a pod with the label `azure.workload.identity/use: "true"`. The environment sets the tenant, client, and token file.
provider "gotomeeting" {
  use_aks_workload_identity = true
}
