package lab

import "plumbline.dev/rehearsal/cluster/internal/condition"

// Order asks the lab to bring a node into a condition.
type Order struct {
	Node      string              `json:"node"`
	Condition condition.Condition `json:"condition"`
}

// Event is what the lab says of itself.
type Event struct {
	// Event is Networked, once, when the lab's network is there; Ended, when a node has ended by itself; or Brought, when a node has
	// been brought into the condition that was asked for, as far as Error does not say otherwise.
	Event string `json:"event"`
	Node  string `json:"node,omitempty"`
	Error string `json:"error,omitempty"`
}

// The lab's events.
const (
	Networked = "networked"
	Ended     = "ended"
	Brought   = "brought"
)
