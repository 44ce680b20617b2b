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
		standin.Condition(class, []string{"status", "conditions"}, "Accepted", "True", "Accepted", simulated),
	}}
}

func gatewayStatus(gateway *unstructured.Unstructured, routes []*unstructured.Unstructured) map[string]any {
	conditions := []string{"status", "conditions"}
	listeners, _, _ := unstructured.NestedSlice(gateway.Object, "spec", "listeners")
	answered := make([]any, 0, len(listeners))
	for _, item := range listeners {
		listener, _ := item.(map[string]any)
		name, _ := listener["name"].(string)
		answered = append(answered, map[string]any{
			"name":           name,
			"attachedRoutes": int64(attached(gateway, name, routes)),
			"supportedKinds": []any{map[string]any{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute"}},
			"conditions": []any{
				listenerCondition(gateway, name, "Accepted", "Accepted"),
				listenerCondition(gateway, name, "Programmed", "Programmed"),
				listenerCondition(gateway, name, "ResolvedRefs", "ResolvedRefs"),
			},
		})
	}
	return map[string]any{
		"addresses": []any{map[string]any{"type": "IPAddress", "value": address}},
		"conditions": []any{
			standin.Condition(gateway, conditions, "Accepted", "True", "Accepted", simulated),
			standin.Condition(gateway, conditions, "Programmed", "True", "Programmed", simulated),
		},
		"listeners": answered,
	}
}

// listenerCondition keeps the time of the gateway's own conditions: listeners come and go with its generation.
func listenerCondition(gateway *unstructured.Unstructured, listener, kind, reason string) map[string]any {
	before, _, _ := unstructured.NestedSlice(gateway.Object, "status", "listeners")
	for _, item := range before {
		if old, _ := item.(map[string]any); old["name"] == listener {
			return standin.Condition(&unstructured.Unstructured{Object: map[string]any{
				"metadata": gateway.Object["metadata"], "conditions": old["conditions"],
			}}, []string{"conditions"}, kind, "True", reason, simulated)
		}
	}
	return standin.Condition(gateway, nil, kind, "True", reason, simulated)
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
		old := conditionsOf(before, parent)
		answers = append(answers, map[string]any{
			"parentRef":      parent,
			"controllerName": Controller,
			"conditions": []any{
				standin.Condition(old(route), []string{"conditions"}, "Accepted", "True", "Accepted", simulated),
				standin.Condition(old(route), []string{"conditions"}, "ResolvedRefs", resolved, reason, message),
			},
		})
	}
	return map[string]any{"parents": answers}
}

// conditionsOf finds what was answered for the parent before.
func conditionsOf(before []any, parent map[string]any) func(route *unstructured.Unstructured) *unstructured.Unstructured {
	return func(route *unstructured.Unstructured) *unstructured.Unstructured {
		for _, item := range before {
			old, _ := item.(map[string]any)
			reference, _ := old["parentRef"].(map[string]any)
			if old["controllerName"] == Controller && reference["name"] == parent["name"] && reference["sectionName"] == parent["sectionName"] {
				return &unstructured.Unstructured{Object: map[string]any{"metadata": route.Object["metadata"], "conditions": old["conditions"]}}
			}
		}
		return &unstructured.Unstructured{Object: map[string]any{"metadata": route.Object["metadata"]}}
	}
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
