# The service principal's object id, for all roles.
terraform import gotomeeting_user_role_assignments_exclusive.this b0000000-0000-4000-8000-000000000001

# Followed by the roles for which the resource is authoritative.
terraform import gotomeeting_user_role_assignments_exclusive.users b0000000-0000-4000-8000-000000000001/User,msiam_access
