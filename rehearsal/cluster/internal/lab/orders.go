package lab

// Condition is in what condition a node is to be.
type Condition string

// The conditions of a node.
const (
	// Running: it has power and network.
	Running Condition = "running"
	// Dead: every process of it has been killed at once.
	Dead Condition = "dead"
	// Cut: it runs, and nothing reaches it.
	Cut Condition = "cut"
)

// Order asks the lab for a node's condition.
type Order struct {
	Node      string    `json:"node"`
	Condition Condition `json:"condition"`
}

// Event is what the lab says of itself.
type Event struct {
	// Event is Networked, once, when the lab's network is there; or Ended, when a node has ended by itself.
	Event string `json:"event"`
	Node  string `json:"node,omitempty"`
	Error string `json:"error,omitempty"`
}

// The lab's events.
const (
	Networked = "networked"
	Ended     = "ended"
)
