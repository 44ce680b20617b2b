package gateway

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"plumbline.dev/rehearsal/cluster/internal/standin"
)

const (
	simulated = "simulated: no traffic is carried"
	// address is where every gateway claims to be: of TEST-NET-2 (RFC 5737), which is kept for examples.
	address = "198.51.100.1"
)

func classStatus(class *unstructured.Unstructured) map[string]any {
	return map[string]any{"conditions": []any{
		standin.ConditionsOf(class).With("Accepted", "True", "Accepted", simulated),
	}}
}

func gatewayStatus(gateway *unstructured.Unstructured, routes []*unstructured.Unstructured) map[string]any {
	conditions := standin.ConditionsOf(gateway)
	before, _, _ := unstructured.NestedSlice(gateway.Object, "status", "listeners")
	listeners, _, _ := unstructured.NestedSlice(gateway.Object, "spec", "listeners")
	answered := make([]any, 0, len(listeners))
	for _, item := range listeners {
		listener, _ := item.(map[string]any)
		name, _ := listener["name"].(string)
		own := standin.ConditionsOfPart(gateway, find(before, func(old map[string]any) bool { return old["name"] == name }))
		answered = append(answered, map[string]any{
			"name":           name,
			"attachedRoutes": int64(attached(gateway, name, routes)),
			"supportedKinds": []any{map[string]any{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute"}},
			"conditions": []any{
				own.With("Accepted", "True", "Accepted", simulated),
				own.With("Programmed", "True", "Programmed", simulated),
				own.With("ResolvedRefs", "True", "ResolvedRefs", simulated),
			},
		})
	}
	return map[string]any{
		"addresses": []any{map[string]any{"type": "IPAddress", "value": address}},
		"conditions": []any{
			conditions.With("Accepted", "True", "Accepted", simulated),
			conditions.With("Programmed", "True", "Programmed", simulated),
		},
		"listeners": answered,
	}
}

// attached counts the routes that name the listener, or all listeners, of the gateway.
func attached(gateway *unstructured.Unstructured, listener string, routes []*unstructured.Unstructured) int {
	count := 0
	for _, route := range routes {
		for _, parent := range parents(route) {
			section, _ := parent["sectionName"].(string)
			if parentName(route, parent) == (types.NamespacedName{Namespace: gateway.GetNamespace(), Name: gateway.GetName()}) &&
				(section == "" || section == listener) {
				count++
				break
			}
		}
	}
	return count
}

// routeStatus answers for the parents that are ours, and keeps what others have answered for theirs.
func routeStatus(route *unstructured.Unstructured, gateways map[types.NamespacedName]*unstructured.Unstructured, hasService func(namespace, name string) bool) map[string]any {
	before, _, _ := unstructured.NestedSlice(route.Object, "status", "parents")
	answers := []any{}
	for _, item := range before {
		if old, _ := item.(map[string]any); old["controllerName"] != Controller {
			answers = append(answers, item)
		}
	}
	resolved, reason, message := "True", "ResolvedRefs", simulated
	if missing := missingBackend(route, hasService); missing != "" {
		resolved, reason, message = "False", "BackendNotFound", "there is no Service "+missing
	}
	for _, parent := range parents(route) {
		if gateways[parentName(route, parent)] == nil {
			continue
		}
		own := standin.ConditionsOfPart(route, find(before, func(old map[string]any) bool {
			reference, _ := old["parentRef"].(map[string]any)
			return old["controllerName"] == Controller && reference["name"] == parent["name"] && reference["sectionName"] == parent["sectionName"]
		}))
		answers = append(answers, map[string]any{
			"parentRef":      parent,
			"controllerName": Controller,
			"conditions": []any{
				own.With("Accepted", "True", "Accepted", simulated),
				own.With("ResolvedRefs", resolved, reason, message),
			},
		})
	}
	return map[string]any{"parents": answers}
}

// find returns the first object in the list that is the wanted one, or nil.
func find(list []any, wanted func(map[string]any) bool) map[string]any {
	for _, item := range list {
		if one, ok := item.(map[string]any); ok && wanted(one) {
			return one
		}
	}
	return nil
}

func missingBackend(route *unstructured.Unstructured, hasService func(namespace, name string) bool) string {
	rules, _, _ := unstructured.NestedSlice(route.Object, "spec", "rules")
	for _, item := range rules {
		rule, _ := item.(map[string]any)
		backends, _, _ := unstructured.NestedSlice(rule, "backendRefs")
		for _, item := range backends {
			backend, _ := item.(map[string]any)
			name, _ := backend["name"].(string)
			namespace, _ := backend["namespace"].(string)
			if namespace == "" {
				namespace = route.GetNamespace()
			}
			if kind, set := backend["kind"].(string); (!set || kind == "Service") && !hasService(namespace, name) {
				return namespace + "/" + name
			}
		}
	}
	return ""
}

func parents(route *unstructured.Unstructured) []map[string]any {
	items, _, _ := unstructured.NestedSlice(route.Object, "spec", "parentRefs")
	found := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if parent, ok := item.(map[string]any); ok {
			found = append(found, parent)
		}
	}
	return found
}

func parentName(route *unstructured.Unstructured, parent map[string]any) types.NamespacedName {
	name, _ := parent["name"].(string)
	namespace, _ := parent["namespace"].(string)
	if namespace == "" {
		namespace = route.GetNamespace()
	}
	return types.NamespacedName{Namespace: namespace, Name: name}
}
