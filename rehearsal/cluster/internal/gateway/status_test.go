package gateway

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

func object(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	found := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &found.Object); err != nil {
		t.Fatal(err)
	}
	return found
}

const edge = `
metadata: {namespace: edge, name: gateway, generation: 2}
spec: {gatewayClassName: gateway, listeners: [{name: http}, {name: https}]}
`

func route(t *testing.T, section string) *unstructured.Unstructured {
	return object(t, `
metadata: {namespace: shop, name: orders}
spec:
  parentRefs: [{namespace: edge, name: gateway, sectionName: `+section+`}]
  rules: [{backendRefs: [{name: orders, port: 8080}]}]
`)
}

func TestGatewayStatusCountsItsRoutes(t *testing.T) {
	status := gatewayStatus(object(t, edge), []*unstructured.Unstructured{route(t, "https"), route(t, "https")})
	counts := map[string]int64{}
	for _, item := range status["listeners"].([]any) {
		listener := item.(map[string]any)
		counts[listener["name"].(string)] = listener["attachedRoutes"].(int64)
	}
	if counts["http"] != 0 || counts["https"] != 2 {
		t.Errorf("attached routes: %v", counts)
	}
}

func resolved(t *testing.T, status map[string]any) any {
	t.Helper()
	parents := status["parents"].([]any)
	if len(parents) != 1 {
		t.Fatalf("answers for %d parents", len(parents))
	}
	return parents[0].(map[string]any)["conditions"].([]any)[1].(map[string]any)["status"]
}

func TestRouteStatus(t *testing.T) {
	gateways := map[types.NamespacedName]*unstructured.Unstructured{{Namespace: "edge", Name: "gateway"}: object(t, edge)}
	for there, want := range map[bool]string{true: "True", false: "False"} {
		status := routeStatus(route(t, "https"), gateways, func(namespace, name string) bool {
			return there && namespace == "shop" && name == "orders"
		})
		if got := resolved(t, status); got != want {
			t.Errorf("its Service is there: %t; ResolvedRefs is %v", there, got)
		}
	}
}

func TestRouteStatusLeavesOthersAnswersAlone(t *testing.T) {
	answered := route(t, "https")
	answered.Object["status"] = map[string]any{"parents": []any{map[string]any{"controllerName": "example.com/other"}}}
	status := routeStatus(answered, nil, func(string, string) bool { return true })
	parents := status["parents"].([]any)
	if len(parents) != 1 || parents[0].(map[string]any)["controllerName"] != "example.com/other" {
		t.Errorf("answers: %v", parents)
	}
}
