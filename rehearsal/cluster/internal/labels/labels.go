// Package labels names the labels and annotations by which a rehearsal cluster marks and is steered.
package labels

const (
	// Simulated marks what has no real counterpart: as a label on a node its value is "true", as an annotation on anything else it
	// says what is simulated.
	Simulated = "plumbline.dev/simulated"
	// Real marks a node with a kubelet of its own, and as a label on a pod or a namespace sends pods to such nodes. Its value is "true".
	Real = "plumbline.dev/real"
	// Power is a label on a node. With the value "off" the node's kubelet falls silent, as if its machine had lost power; of a real node,
	// everything ends at once.
	Power = "plumbline.dev/power"
	// PowerOff is the value of Power that takes a node down.
	PowerOff = "off"
	// Network is a label on a node. With the value "off" its network is cut, and what runs on it goes on. A simulated one falls silent.
	Network = "plumbline.dev/network"
	// NetworkOff is the value of Network that cuts a node off.
	NetworkOff = "off"
	// Address is an annotation on a pod of a real node: the address that the node has given it, before its containers start.
	Address = "plumbline.dev/address"
	// Condition is an annotation on a node: all that the faults on it make it suffer, as JSON. It is written by the cluster alone.
	Condition = "plumbline.dev/condition"
	// Trouble is an annotation on a real node that could not be brought into its condition, and says why.
	Trouble = "plumbline.dev/condition-trouble"
)
