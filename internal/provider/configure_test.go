// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
)

const (
	tenantID = "c0000000-0000-4000-8000-00000000000c"
	clientID = "a0000000-0000-4000-8000-0000000000aa"
)

type values map[string]string

func (v values) get(name string) string { return v[name] }

func failure(at, summary, detail string) acctest.Diagnostic {
	return acctest.Diagnostic{Error: true, Path: at, Summary: summary, Detail: detail}
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// selfSigned makes a certificate for a key.
func selfSigned(t *testing.T, key crypto.Signer) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "provisioning.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// pemFile writes a certificate and its key.
func pemFile(t *testing.T, key crypto.Signer, certificate *x509.Certificate) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "client.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))+
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

func rsaPair(t *testing.T) (*rsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key, selfSigned(t, key)
}

func TestConfigure_explainsWhatIsWrong(t *testing.T) {
	t.Parallel()
	const (
		absent     = "/nonexistent/example"
		tenantNeed = " needs `tenant_id`. It is the id or a verified domain of the tenant. Set it in the provider block or as `ARM_TENANT_ID`."
		clientNeed = " needs `client_id`. It is the application (client) id of the identity to sign in as. Set it in the provider block or as `ARM_CLIENT_ID`."
		tenants    = " is not a tenant. Use the tenant id, such as \"c0000000-0000-4000-8000-00000000000c\", or one of its verified domains, such as \"example.onmicrosoft.com\"."
		clients    = " is not a GUID. Use the application (client) id of the app registration or managed identity, such as \"a0000000-0000-4000-8000-0000000000aa\"."
		accounts   = " is not an account key. Use the decimal number of the account at GoTo, such as \"8000000000000000001\"."
		clouds     = " is not a Microsoft cloud that this provider knows. Use `global`, `usgovernmentl4`, `usgovernmentl5`, or `china`."
	)
	empty, word := writeFile(t, "empty", " \n"), writeFile(t, "word", "secret-name\n")
	ecdsaKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecdsaFile := pemFile(t, ecdsaKey, selfSigned(t, ecdsaKey))
	identity := func(more ...any) map[string]any {
		block := map[string]any{"tenant_id": tenantID, "client_id": clientID}
		for i := 0; i < len(more); i += 2 {
			name, _ := more[i].(string)
			block[name] = more[i+1]
		}
		return block
	}
	goTo := func(settings ...any) map[string]any {
		nested := map[string]any{}
		for i := 0; i < len(settings); i += 2 {
			name, _ := settings[i].(string)
			nested[name] = settings[i+1]
		}
		return map[string]any{"goto": nested}
	}
	for _, test := range []struct {
		name        string
		block       map[string]any
		environment values
		want        acctest.Diagnostics
	}{
		{"nothing, which is the CLI", nil, nil, nil},
		{"upper-case client id is fine", identity("client_id", strings.ToUpper(clientID), "client_secret", "s"), nil, nil},
		{"domain for a tenant is fine", identity("tenant_id", "corp.example", "client_secret", "s"), nil, nil},
		{"http on loopback is fine", identity("client_secret", "s", "graph_endpoint", "http://127.0.0.1:8080", "authority_host", "http://localhost:8080"), nil, nil},
		{"http for the instance metadata service is fine", map[string]any{"use_msi": true, "msi_endpoint": "http://169.254.169.254/metadata/identity/oauth2/token"}, nil, nil},
		{"http in a private network is fine for managed identities", map[string]any{"use_msi": true, "msi_endpoint": "http://172.16.4.2:8081/msi/token"}, nil, nil},
		{"OIDC switched off at a desk is fine", identity("oidc_request_url", "https://token.example.com"), values{"ARM_USE_OIDC": "false"}, nil},

		{"token file for AKS is fine", identity("use_aks_workload_identity", true, "oidc_token_file_path", "configure_test.go"), nil, nil},
		{"token file for AKS with OIDC off is fine", identity("use_aks_workload_identity", true, "use_oidc", false, "oidc_token_file_path", "configure_test.go"), nil, nil},

		{"no way left", map[string]any{"use_cli": false}, nil, acctest.Diagnostics{failure("", "No sign-in method",
			"No sign-in method is configured, and `use_cli` is off. Set a client secret, a certificate, `use_oidc`, `use_aks_workload_identity`, or `use_msi` "+
				"in the provider block or with the `ARM_*` environment variables, or allow the Azure CLI.")}},
		{"two ways", identity("client_secret", "s", "use_oidc", true), nil, acctest.Diagnostics{failure("use_oidc", "Two sign-in methods",
			"The provider block configures a client secret and OpenID Connect. Keep one of them and remove the attributes of the others.")}},
		{"three ways", identity("client_certificate_path", "c", "client_secret_file_path", "s", "use_msi", true), nil, acctest.Diagnostics{failure("client_secret_file_path", "Two sign-in methods",
			"The provider block configures a client certificate and a client secret and a managed identity. Keep one of them and remove the attributes of the others.")}},
		{"a value and its file", identity("client_secret", "s", "client_secret_file_path", "f", "client_id_file_path", "f"), nil, acctest.Diagnostics{
			failure("client_secret_file_path", "Two sources for one value", "`client_secret` and `client_secret_file_path` set the same value. Keep one of them."),
			failure("client_id_file_path", "Two sources for one value", "`client_id` and `client_id_file_path` set the same value. Keep one of them.")}},
		{"certificate and its path", identity("client_certificate", "c", "client_certificate_path", "f"), nil, acctest.Diagnostics{
			failure("client_certificate_path", "Two sources for one value", "`client_certificate` and `client_certificate_path` set the same value. Keep one of them.")}},
		{"token and its file", identity("use_oidc", true, "oidc_token", "t", "oidc_token_file_path", "f"), nil, acctest.Diagnostics{
			failure("oidc_token_file_path", "Two sources for one value", "`oidc_token` and `oidc_token_file_path` set the same value. Keep one of them.")}},
		{"OIDC setting with OIDC off", identity("use_oidc", false, "oidc_token", "t"), nil, acctest.Diagnostics{
			failure("oidc_token", "Unused OpenID Connect setting", "`oidc_token` has no effect because `use_oidc` is false. Set `use_oidc = true` or remove it.")}},
		{"OIDC setting without OIDC", identity("oidc_token", "t"), nil, acctest.Diagnostics{
			failure("oidc_token", "Unused OpenID Connect setting", "`oidc_token` has no effect without `use_oidc`. Set `use_oidc = true` or `ARM_USE_OIDC`, or remove it.")}},

		{"secret without an identity", map[string]any{"client_secret": "s"}, nil, acctest.Diagnostics{
			failure("tenant_id", "Missing tenant id", "Signing in with a client secret"+tenantNeed), failure("client_id", "Missing client id", "Signing in with a client secret"+clientNeed)}},
		{"secret of the environment without a tenant", nil, values{"ARM_CLIENT_SECRET": "s", "ARM_CLIENT_ID": clientID}, acctest.Diagnostics{
			failure("tenant_id", "Missing tenant id", "Signing in with a client secret"+tenantNeed)}},
		{"GitHub without its request", identity("use_oidc", true), nil, acctest.Diagnostics{
			failure("oidc_request_url", "Missing oidc request url", "Signing in with an OpenID Connect token request needs `oidc_request_url`. GitHub Actions provides it to jobs with `permissions: id-token: write`; "+
				"otherwise, set `oidc_token` or `oidc_token_file_path`. Set it in the provider block or as `ARM_OIDC_REQUEST_URL`."),
			failure("oidc_request_token", "Missing oidc request token", "Signing in with an OpenID Connect token request needs `oidc_request_token`. It comes together with `oidc_request_url`. Set it in the provider block or as `ARM_OIDC_REQUEST_TOKEN`.")}},
		{"Azure DevOps without its request", identity("use_oidc", true, "ado_pipeline_service_connection_id", "c"), nil, acctest.Diagnostics{
			failure("oidc_request_url", "Missing oidc request url", "Signing in with an Azure DevOps service connection needs `oidc_request_url`. Azure DevOps provides it to pipelines as `SYSTEM_OIDCREQUESTURI`. "+
				"Set it in the provider block or as `ARM_OIDC_REQUEST_URL`."),
			failure("oidc_request_token", "Missing oidc request token", "Signing in with an Azure DevOps service connection needs `oidc_request_token`. Azure DevOps provides it to steps that map it: "+
				"`SYSTEM_ACCESSTOKEN: $(System.AccessToken)`. Set it in the provider block or as `ARM_OIDC_REQUEST_TOKEN`.")}},
		{"AKS outside AKS", identity("use_aks_workload_identity", true), nil, acctest.Diagnostics{failure("use_aks_workload_identity", "No workload identity token",
			"`use_aks_workload_identity` is on, but `AZURE_FEDERATED_TOKEN_FILE` is not set. The AKS webhook sets it in pods that have the "+
				"label `azure.workload.identity/use: \"true\"` and a service account with a federated credential.")}},
		{"AKS with a client id that is none", map[string]any{"use_aks_workload_identity": true, "tenant_id": tenantID}, values{"AZURE_CLIENT_ID": "pod", "AZURE_FEDERATED_TOKEN_FILE": "f"},
			acctest.Diagnostics{failure("client_id", "Invalid environment variable", "`AZURE_CLIENT_ID` sets `client_id`. \"pod\""+clients)}},

		{"empty string", identity("client_secret", ""), nil, acctest.Diagnostics{failure("client_secret", "Empty value", "The value is empty. Set a value; if the attribute is optional, you can omit it instead.")}},
		{"malformed client id", identity("client_id", "provisioning", "client_secret", "s"), nil, acctest.Diagnostics{failure("client_id", "Invalid client id", "\"provisioning\""+clients)}},
		{"client id in braces", identity("client_id", "{"+clientID+"}", "client_secret", "s"), nil, acctest.Diagnostics{failure("client_id", "Invalid client id", "\"{"+clientID+"}\""+clients)}},
		{"malformed tenant", identity("tenant_id", "Example Ltd", "client_secret", "s"), nil, acctest.Diagnostics{failure("tenant_id", "Invalid tenant", "\"Example Ltd\""+tenants)}},
		{"common is no tenant", identity("tenant_id", "common", "client_secret", "s"), nil, acctest.Diagnostics{failure("tenant_id", "Invalid tenant", "\"common\""+tenants)}},
		{"unknown environment", map[string]any{"environment": "germany"}, nil, acctest.Diagnostics{failure("environment", "Unknown environment", "\"germany\""+clouds)}},
		{"http to Graph elsewhere", map[string]any{"graph_endpoint": "http://graph.example.com"}, nil, acctest.Diagnostics{failure("graph_endpoint", "Invalid URL",
			"\"http://graph.example.com\" is not encrypted, and access tokens travel over it. Use https. http is accepted only for a loopback address.")}},
		{"http to sign in elsewhere", map[string]any{"authority_host": "http://login.example.com"}, nil, acctest.Diagnostics{failure("authority_host", "Invalid URL",
			"\"http://login.example.com\" is not encrypted, and credentials travel over it. Use https. http is accepted only for a loopback address.")}},
		{"http to a CI system elsewhere", identity("use_oidc", true, "oidc_request_token", "r", "oidc_request_url", "http://token.example.com/?a=b"), nil, acctest.Diagnostics{failure("oidc_request_url", "Invalid URL",
			"\"http://token.example.com/\" is not encrypted, and identity tokens travel over it. Use https. http is accepted only for a loopback address.")}},
		{"http to a managed identity elsewhere", map[string]any{"use_msi": true, "msi_endpoint": "http://identity.example.com"}, nil, acctest.Diagnostics{failure("msi_endpoint", "Invalid URL",
			"\"http://identity.example.com\" is not encrypted, and access tokens travel over it. Use https. http is accepted only for loopback, link-local and private addresses.")}},
		{"no URL", map[string]any{"graph_endpoint": "graph.example.com"}, nil, acctest.Diagnostics{failure("graph_endpoint", "Invalid URL", "The value is not an absolute URL. Use a URL such as \"https://graph.example.com\".")}},
		{"URL with a password", map[string]any{"authority_host": "https://user:password@login.example.com"}, nil, acctest.Diagnostics{failure("authority_host", "Invalid URL", "The URL must not contain a user name or password.")}},
		{"endpoint with a query", map[string]any{"graph_endpoint": "https://graph.example.com?a=b"}, nil, acctest.Diagnostics{failure("graph_endpoint", "Invalid URL",
			"The URL must not have a query or fragment. Use a URL such as \"https://graph.example.com\".")}},

		{"environment: malformed client id", nil, values{"ARM_CLIENT_ID": "x"}, acctest.Diagnostics{failure("client_id", "Invalid environment variable", "`ARM_CLIENT_ID` sets `client_id`. \"x\""+clients)}},
		{"environment: no request", nil, values{"GOTOMEETING_IMPACT_MAX_REQUESTS": "0"}, acctest.Diagnostics{failure("impact.max_requests", "Invalid environment variable", "`GOTOMEETING_IMPACT_MAX_REQUESTS` sets `impact.max_requests`. \"0\" is not a whole number of at least 1.")}},
		{"environment: negative limit", nil, values{"GOTOMEETING_IMPACT_MAX_CREATED": "-1"}, acctest.Diagnostics{failure("impact.max_created", "Invalid environment variable", "`GOTOMEETING_IMPACT_MAX_CREATED` sets `impact.max_created`. \"-1\" is not a whole number of at least 0.")}},
		{"environment: no truth value", nil, values{"ARM_USE_OIDC": "yes please"}, acctest.Diagnostics{failure("use_oidc", "Invalid environment variable", "`ARM_USE_OIDC` sets `use_oidc`. \"yes please\" is neither true nor false. Use one of them.")}},
		{"environment: unknown cloud", nil, values{"ARM_ENVIRONMENT": "germany"}, acctest.Diagnostics{
			failure("environment", "Invalid environment variable", "`ARM_ENVIRONMENT` sets `environment`. \"germany\""+clouds)}},
		{"metadata host of a cloud is fine", identity("client_secret", "s"), values{"ARM_METADATA_HOSTNAME": "management.azure.com"}, nil},
		{"metadata host with its own cloud is fine", identity("client_secret", "s", "environment", "dod", "metadata_host", "https://management.usgovcloudapi.net/"), nil, nil},
		{"metadata host beside given endpoints is fine", identity("client_secret", "s", "graph_endpoint", "https://graph.example.com", "authority_host", "https://login.example.com"),
			values{"ARM_METADATA_HOST": "127.0.0.1:8443"}, nil},
		{"metadata host of a cloud of one's own", identity("client_secret", "s", "metadata_host", "metadata.example.com"), nil, acctest.Diagnostics{failure("metadata_host", "Metadata host that is not used",
			"It is not the host of a cloud that this provider knows, and the provider does not look up clouds. Set `graph_endpoint` and `authority_host`, or remove it.")}},
		{"the same from the environment, and only one endpoint", identity("client_secret", "s", "graph_endpoint", "https://graph.example.com"), values{"ARM_METADATA_HOSTNAME": "metadata.example.com"}, acctest.Diagnostics{
			failure("metadata_host", "Metadata host that is not used", "The value is from `ARM_METADATA_HOSTNAME`. It is not the host of a cloud that this provider knows, and the provider does not look up "+
				"clouds. Set `graph_endpoint` and `authority_host`, or remove it.")}},
		{"metadata host of another cloud", identity("client_secret", "s", "environment", "china", "metadata_host", "management.azure.com"), nil, acctest.Diagnostics{failure("metadata_host", "Metadata host that is not used",
			"It belongs to the cloud `global`, and `environment` is `china`. Keep one of the two.")}},
		{"environment: http", nil, values{"GOTOMEETING_GRAPH_ENDPOINT": "http://graph.example.com"}, acctest.Diagnostics{failure("graph_endpoint", "Invalid environment variable",
			"`GOTOMEETING_GRAPH_ENDPOINT` sets `graph_endpoint`. \"http://graph.example.com\" is not encrypted, and access tokens travel over it. Use https. http is accepted only for a loopback address.")}},

		{"file that is not there", identity("client_secret_file_path", absent), nil, acctest.Diagnostics{failure("client_secret_file_path", "Cannot read file", "The file \"/nonexistent/example\" cannot be read: no such file or directory. Correct the path.")}},
		{"file of the environment that is not there", nil, values{"ARM_CLIENT_ID_FILE_PATH": absent}, acctest.Diagnostics{failure("client_id_file_path", "Cannot read file",
			"The value is from `ARM_CLIENT_ID_FILE_PATH`. The file \"/nonexistent/example\" cannot be read: no such file or directory. Correct the path.")}},
		{"empty file", identity("client_secret_file_path", empty), nil, acctest.Diagnostics{failure("client_secret_file_path", "Empty file", "The file \""+empty+"\" is empty. Write the value to it, or use another file.")}},
		{"file without a client id in it", map[string]any{"client_id_file_path": word}, nil, acctest.Diagnostics{failure("client_id_file_path", "Invalid file", "The file \""+word+"\" sets `client_id`. The value, 11 characters that are not shown,"+clients)}},

		{"certificate that is not there", identity("client_certificate_path", absent), nil, acctest.Diagnostics{failure("client_certificate_path", "Cannot use the client certificate",
			"The file \"/nonexistent/example\" cannot be read: no such file or directory. Correct the path.")}},
		{"certificate of the environment that is not there", nil, values{"ARM_TENANT_ID": tenantID, "ARM_CLIENT_ID": clientID, "ARM_CLIENT_CERTIFICATE_PATH": absent}, acctest.Diagnostics{
			failure("client_certificate_path", "Cannot use the client certificate", "The value is from `ARM_CLIENT_CERTIFICATE_PATH`. The file \"/nonexistent/example\" cannot be read: no such file or directory. Correct the path.")}},
		{"ECDSA certificate", identity("client_certificate_path", ecdsaFile), nil, acctest.Diagnostics{failure("client_certificate_path", "Cannot use the client certificate",
			"The certificate's key is ECDSA; Microsoft Entra ID accepts only RSA.")}},
		{"certificate that is not base64", identity("client_certificate", "***"), nil, acctest.Diagnostics{failure("client_certificate", "Cannot use the client certificate", "The certificate is not base64: encode the whole PFX file.")}},
		{"authorities that are not there", identity("client_secret", "s", "ca_certificate_file", absent), nil, acctest.Diagnostics{failure("ca_certificate_file", "Cannot use the certificate authorities",
			"The file \"/nonexistent/example\" cannot be read: no such file or directory. Correct the path.")}},
		{"authorities that are none", identity("client_secret", "s"), values{"GOTOMEETING_CA_CERTIFICATE_FILE": word}, acctest.Diagnostics{failure("ca_certificate_file", "Cannot use the certificate authorities",
			"The value is from `GOTOMEETING_CA_CERTIFICATE_FILE`. The file \""+word+"\" does not contain a PEM certificate: use a file with the certificate of the authority, which begins with -----BEGIN CERTIFICATE-----.")}},

		{"GoTo", goTo("client_id", "c", "client_secret", "s", "personal_access_token", "p", "account_key", "8000000000000000001", "endpoint", "http://127.0.0.1:8080/", "token_endpoint", "https://login.example.com/oauth/token"), nil, nil},
		{"GoTo without credentials", goTo("account_key", "8000000000000000001"), nil, nil},
		{"GoTo without anything", goTo(), nil, nil},
		{"GoTo, half a set", goTo("client_id", "c"), nil, acctest.Diagnostics{failure("goto", "Incomplete GoTo credentials", "`goto` has `client_id` but not `client_secret` and `personal_access_token`, "+
			"and signing in to GoTo requires both an OAuth client and a personal access token. Add the missing attributes, or set `GOTO_CLIENT_SECRET` and `GOTO_PERSONAL_ACCESS_TOKEN`.")}},
		{"GoTo, most of a set", goTo("client_secret", "s", "personal_access_token", acctest.Unknown), nil, acctest.Diagnostics{failure("goto", "Incomplete GoTo credentials",
			"`goto` has `client_secret` and `personal_access_token` but not `client_id`, and signing in to GoTo requires both an OAuth client and a personal access token. Add the missing attributes, or set `GOTO_CLIENT_ID`.")}},
		{"GoTo, one half here and the other in the environment", goTo("client_id", "c"), values{"GOTO_CLIENT_SECRET": "s", "GOTO_PERSONAL_ACCESS_TOKEN": "p"}, nil},
		{"GoTo, half a set in the environment", nil, values{"GOTO_CLIENT_ID": "c"}, nil},
		{"GoTo, empty", goTo("client_id", ""), values{"GOTO_CLIENT_SECRET": "s", "GOTO_PERSONAL_ACCESS_TOKEN": "p"}, acctest.Diagnostics{failure("goto.client_id", "Empty value", "The value is empty. Set a value; if the attribute is optional, you can omit it instead.")}},
		{"GoTo, no key", goTo("account_key", "8e18"), nil, acctest.Diagnostics{failure("goto.account_key", "Invalid account key", "\"8e18\""+accounts)}},
		{"GoTo, no encryption", goTo("endpoint", "http://api.example.com"), nil, acctest.Diagnostics{
			failure("goto.endpoint", "Invalid URL", "\"http://api.example.com\" is not encrypted, and access tokens travel over it. Use https. http is accepted only for a loopback address.")}},
		{"GoTo, no encrypted sign-in", goTo("token_endpoint", "http://login.example.com/token"), nil, acctest.Diagnostics{
			failure("goto.token_endpoint", "Invalid URL", "\"http://login.example.com/token\" is not encrypted, and credentials travel over it. Use https. http is accepted only for a loopback address.")}},
		{"GoTo, no URL", goTo("endpoint", "api.example.com"), nil, acctest.Diagnostics{
			failure("goto.endpoint", "Invalid URL", "The value is not an absolute URL. Use a URL such as \"https://api.getgo.com\".")}},
		{"GoTo, URL with a query", goTo("token_endpoint", "https://login.example.com/token?a=b"), nil, acctest.Diagnostics{
			failure("goto.token_endpoint", "Invalid URL", "The URL must not have a query or fragment. Use a URL such as \"https://authentication.logmeininc.com/oauth/token\".")}},
		{"environment: no key", nil, values{"GOTO_ACCOUNT_KEY": "Example Corp"}, acctest.Diagnostics{failure("goto.account_key", "Invalid environment variable",
			"`GOTO_ACCOUNT_KEY` sets `goto.account_key`. \"Example Corp\""+accounts)}},
		{"GoTo, unknown value", goTo("client_id", "c", "client_secret", acctest.Unknown, "personal_access_token", "p"), nil, acctest.Diagnostics{failure("goto.client_secret", "Provider setting is not known yet",
			"`goto.client_secret` depends on a value that is known only after an apply, but the provider needs it to plan. Use a known value "+
				"or the environment variable `GOTO_CLIENT_SECRET`, or first apply the resources on which it depends, with `-target`.")}},
		{"GoTo, all of it unknown", map[string]any{"goto": acctest.Unknown}, nil, acctest.Diagnostics{failure("goto", "Provider setting is not known yet",
			"`goto` depends on a value that is known only after an apply, but the provider needs it to plan. Use a known value "+
				"or the environment variables `GOTO_*`, or first apply the resources on which it depends, with `-target`.")}},

		{"unknown values may turn out to be null", identity("use_oidc", true, "client_secret", acctest.Unknown, "oidc_token", "t", "oidc_token_file_path", acctest.Unknown), nil, acctest.Diagnostics{
			failure("client_secret", "Provider setting is not known yet", "`client_secret` depends on a value that is known only after an apply, but the provider needs it to plan. Use a known value "+
				"or the environment variable `ARM_CLIENT_SECRET`, or first apply the resources on which it depends, with `-target`."),
			failure("oidc_token_file_path", "Provider setting is not known yet", "`oidc_token_file_path` depends on a value that is known only after an apply, but the provider needs it to plan. Use a known value "+
				"or the environment variable `ARM_OIDC_TOKEN_FILE_PATH`, or first apply the resources on which it depends, with `-target`.")}},
		{"unknown values", identity("client_secret", acctest.Unknown, "use_oidc", acctest.Unknown), nil, acctest.Diagnostics{
			failure("client_secret", "Provider setting is not known yet", "`client_secret` depends on a value that is known only after an apply, but the provider needs it to plan. Use a known value "+
				"or the environment variable `ARM_CLIENT_SECRET`, or first apply the resources on which it depends, with `-target`."),
			failure("use_oidc", "Provider setting is not known yet", "`use_oidc` depends on a value that is known only after an apply, but the provider needs it to plan. Use a known value "+
				"or the environment variable `ARM_USE_OIDC`, or first apply the resources on which it depends, with `-target`.")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, found := acctest.Configure(t, provider.New("test", provider.WithGetenv(test.environment.get)), test.block)
			if diff := cmp.Diff(test.want, found); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}
