// Package report tells the caller, one JSON object a line, how a run goes.
package report

import (
	"encoding/json"
	"io"
	"sync"
	"time"
)

// Event is one line of a run's output.
type Event struct {
	// Event is "step", "note", "ready", "stopping", "stopped" or "failed".
	Event string `json:"event"`
	// Step is what was reached, or what failed.
	Step string `json:"step,omitempty"`
	// Note is a sentence for the reader.
	Note string `json:"note,omitempty"`
	// Error is why the step failed.
	Error string `json:"error,omitempty"`
	// ElapsedMs is counted from the start of the run.
	ElapsedMs int64 `json:"elapsedMs"`
}

// Reporter writes events. It may be used by several goroutines at once.
type Reporter struct {
	mutex   sync.Mutex
	encoder *json.Encoder
	began   time.Time
}

// New reports to w, and counts time from began.
func New(w io.Writer, began time.Time) *Reporter {
	return &Reporter{encoder: json.NewEncoder(w), began: began}
}

// Step says that a step of the start is done.
func (r *Reporter) Step(step string) { r.write(Event{Event: "step", Step: step}) }

// Note says something that the reader should know and that stops nothing.
func (r *Reporter) Note(note string) { r.write(Event{Event: "note", Note: note}) }

// Ready says that the cluster serves.
func (r *Reporter) Ready() { r.write(Event{Event: "ready"}) }

// Stopping says that the stop began.
func (r *Reporter) Stopping() { r.write(Event{Event: "stopping"}) }

// Stopped says that everything ended cleanly.
func (r *Reporter) Stopped() { r.write(Event{Event: "stopped"}) }

// Failed says which step failed, and why.
func (r *Reporter) Failed(step string, err error) {
	r.write(Event{Event: "failed", Step: step, Error: err.Error()})
}

// write drops an event that cannot be written: the reader has gone, and the status file still tells.
func (r *Reporter) write(event Event) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	event.ElapsedMs = time.Since(r.began).Milliseconds()
	_ = r.encoder.Encode(event)
}
