# {service principal id}/{job id}/{object mapping}; the object mapping is optional for users
terraform import gotomeeting_attribute_mappings.users "b0000000-0000-4000-8000-000000000001/EXAMPLE-gotomeeting.c000000000004000800000000000000c.e0000000-0000-4000-8000-0000000000e1/User"
