# {service principal id}/{assignment id}; the path in Microsoft Graph also works:
# /servicePrincipals/{service principal id}/appRoleAssignedTo/{assignment id}
terraform import gotomeeting_user_role_assignment.meetings_team b0000000-0000-4000-8000-000000000001/0QAAANAAAEAAgAAAAAAA0d3Xf0pExampleOpaqueId0
