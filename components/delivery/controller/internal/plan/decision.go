package plan

import (
	"time"

	"plumbline.dev/delivery/controller/api"
)

// Revision is a Deployment of the release, and its pods that are not ending.
type Revision struct {
	Name string
	// Size is how many pods are asked for, Pods how many there are, Ready how many of them are, and Available how many have been for
	// as long as they must.
	Size, Pods, Ready, Available int32
	// Wait is how long until one more is available, if it stays ready; 0 if all are that are ready.
	Wait time.Duration
	// Started is when it was last scaled up from nothing.
	Started time.Time
}

// Service selects pods of the release.
type Service struct {
	Name string
	// Listed says whether it is among those that blue-green switches.
	Listed bool
	// Unfit is why a listed one cannot be switched; "" if it can.
	Unfit string
	// Revision is the one that it sends to; "" if it selects all.
	Revision string
}

// Observed is what a decision is made from.
type Observed struct {
	Now        time.Time
	Name       string
	Generation int64
	Spec       api.Spec
	Status     api.Status
	// Template is the revision of the template. Refused is what the API server has against it.
	Template, Refused string
	// Abort, Promote and Retry are the revisions that the annotations name.
	Abort, Promote, Retry string
	Revisions             map[string]Revision
	Services              []Service
	// IsDeleted says that the release is to go, and HasOthers, that pods of somebody else are ready to serve its Services.
	IsDeleted, HasOthers bool
	// CanMeasure says whether there is a Prometheus; Measuring, whether it is being asked. Measured is its answer, once.
	CanMeasure, Measuring bool
	Measured              *Measurement
}

// Scale gives a revision another size.
type Scale struct {
	Revision string
	Size     int32
}

// Switch has a Service send to one revision, or to all if it is "".
type Switch struct{ Service, Revision string }

// Event tells people of a turn.
type Event struct {
	Warning         bool
	Reason, Message string
}

// Decision is what is to be done, in this order: the status, ups, switches, downs, prunes.
type Decision struct {
	Status api.Status
	// Create says that the template's revision has no Deployment yet; Ups holds its size.
	Create   bool
	Ups      []Scale
	Switches []Switch
	Downs    []Scale
	Prunes   []string
	Events   []Event
	// Measure says that Prometheus is to be asked about the update.
	Measure bool
	// Gone says that nothing is left that a deleted release had to do.
	Gone bool
	// Settled are the annotations whose commands were done, or have nothing left to command.
	Settled []string
	// After is when to decide again even if nothing changes; 0 is never.
	After time.Duration
}
