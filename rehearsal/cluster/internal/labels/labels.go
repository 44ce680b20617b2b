// Package labels names the labels and annotations by which a rehearsal cluster marks and is steered.
package labels

const (
	// Simulated marks what has no real counterpart: as a label on a node its value is "true", as an annotation on anything else it
	// says what is simulated.
	Simulated = "plumbline.dev/simulated"
	// Power is a label on a node. With the value "off" the node's kubelet falls silent, as if its machine had lost power.
	Power = "plumbline.dev/power"
	// PowerOff is the value of Power that takes a node down.
	PowerOff = "off"
)
