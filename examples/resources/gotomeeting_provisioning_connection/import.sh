# Service principal id and job id. The password cannot be imported: to manage it, set it together with a version.
terraform import gotomeeting_provisioning_connection.this b0000000-0000-4000-8000-000000000001/EXAMPLE-gotomeeting.c000000000004000800000000000000c.e0000000-0000-4000-8000-0000000000e1
