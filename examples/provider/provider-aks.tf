# In a pod with the label `azure.workload.identity/use: "true"`; tenant, client and token file come from the environment.
provider "gotomeeting" {
  use_aks_workload_identity = true
}
