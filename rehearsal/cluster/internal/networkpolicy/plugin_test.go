package networkpolicy

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
)

const made = `{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.78.1.7/24","gateway":"10.78.1.1"}]}`

func TestAPodIsWhatTheRuntimeNamesAndThePluginsBeforeHaveMade(t *testing.T) {
	got, err := newcomerOf("IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0;K8S_POD_INFRA_CONTAINER_ID=1", json.RawMessage(made))
	if err != nil || got != (newcomer{"shop", "web-0", netip.MustParseAddr("10.78.1.7")}) {
		t.Errorf("%v, %v", got, err)
	}
	for arguments, result := range map[string]string{
		"K8S_POD_NAMESPACE=shop":                    made,
		"K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0": `{"ips":[]}`,
		"K8S_POD_NAME=web-0;K8S_POD_NAMESPACE=shop": `{"ips":[{"address":"ten"}]}`,
	} {
		if got, err := newcomerOf(arguments, json.RawMessage(result)); err == nil {
			t.Errorf("%s, %s: %v", arguments, result, got)
		}
	}
}

func TestThePluginDoesAsItsSpecificationSays(t *testing.T) {
	for command, want := range map[string]string{"DEL": "", "CHECK": "", "VERSION": `"supportedVersions":["0.3.0","0.3.1","0.4.0"]`} {
		var out bytes.Buffer
		err := plug(func(string) string { return command }, strings.NewReader("{}"), &out)
		if err != nil || (want == "") != (out.Len() == 0) || !strings.Contains(out.String(), want) {
			t.Errorf("%s: %q, %v", command, out.String(), err)
		}
	}
	if err := plug(func(string) string { return "GC" }, strings.NewReader("{}"), &bytes.Buffer{}); err == nil {
		t.Error("a command that nobody knows was obeyed")
	}
}
