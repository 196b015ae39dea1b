# The configuration calls the functions, and the tests check its outputs: OpenTofu cannot call provider functions
# in an assertion.

run "somebody_with_everything" {
  command = plan

  variables {
    people = {
      ana = {
        userPrincipalName = "Ana.Muster@Example.com"
        givenName         = "Ana"
        surname           = "Muster"
        displayName       = "Ana Muster"
        department        = "Research"
        country           = "DE"
        IsSoftDeleted     = "False"
      }
    }
  }

  assert {
    condition = output.accounts.ana == {
      email      = "ana.muster@example.com"
      firstName  = "Ana"
      lastName   = "Muster"
      department = "Research"
      locale     = "de_DE"
      active     = "True"
    }
    error_message = "Ana's account is not as expected."
  }
}

run "somebody_with_one_name_and_no_department" {
  command = plan

  variables {
    people = {
      rio = {
        userPrincipalName = "rio@example.com"
        givenName         = "Rio"
        displayName       = "Rio"
        country           = null
      }
    }
  }

  assert {
    condition     = output.accounts.rio.lastName == "Rio"
    error_message = "Without a surname, the display name is the last name."
  }

  assert {
    condition     = output.accounts.rio.department == null
    error_message = "Without a department, the target's department stays as it is."
  }

  assert {
    condition     = output.accounts.rio.locale == "en_US"
    error_message = "Without a country, the locale is en_US."
  }
}

run "somebody_who_left" {
  command = plan

  variables {
    people = {
      leo = {
        userPrincipalName = "leo@example.com"
        IsSoftDeleted     = "True"
      }
    }
  }

  assert {
    condition     = output.accounts.leo.active == "False"
    error_message = "Accounts of people who left must be deactivated."
  }
}

run "sources" {
  command = plan

  assert {
    condition     = contains(output.source_attributes, "IsSoftDeleted")
    error_message = "A mapping must deactivate the accounts of people who left."
  }

  assert {
    condition     = !contains(output.source_attributes, "userType")
    error_message = "The service does not offer userType as a source."
  }
}
