package measure

import (
	"fmt"
	"math"
)

// The aims: what this SDK may cost at most, relative to twilio-go, and to what is
// written by hand. The machine is never quiet, so to miss one is no failure.
const (
	aimListTime          = 0.50
	aimListBytes         = 0.35
	aimListFloor         = 1.15
	aimSingleTime        = 1.00
	aimSingleAllocations = 0.90
	aimBuild             = 0.25 // of twilio-go as documented
	noAim                = 0
)

// A ratio is what this SDK costs divided by what another one does.
type ratio struct {
	value float64
	aim   float64 // that it is not greater than this, unless it is noAim
}

// ratioOf rounds to what is printed: that is what is judged.
func ratioOf[T ~int | ~int64](ours, other T, aim float64) ratio {
	return ratio{math.Round(100*float64(ours)/float64(other)) / 100, aim}
}

func (r ratio) met() bool { return r.value <= r.aim }

func (r ratio) String() string {
	switch {
	case r.aim == noAim:
		return fmt.Sprintf("%.2f", r.value)
	case r.met():
		return fmt.Sprintf("%.2f, met (%.2f)", r.value, r.aim)
	default:
		return fmt.Sprintf("%.2f, missed (%.2f)", r.value, r.aim)
	}
}
