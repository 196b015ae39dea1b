# The object id of the service principal (Enterprise applications in the portal), not of the app registration.
terraform import gotomeeting_application.this b0000000-0000-4000-8000-000000000001
