package taskrouter_test

import (
	"context"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// An instruction is a request struct, whose required fields are plain texts,
// and the method that it is passed to.
type instruction struct {
	request any
	method  string
	prefix  string // of its keys
}

var instructions = map[string]instruction{
	"dequeue":    {taskrouter.DequeueRequest{}, "Dequeue", "Dequeue"},
	"call":       {taskrouter.CallRequest{}, "Call", "Call"},
	"redirect":   {taskrouter.RedirectRequest{}, "Redirect", "Redirect"},
	"conference": {taskrouter.UpdateReservationRequest{}, "Conference", ""},
	"supervise":  {taskrouter.SuperviseRequest{}, "Supervise", ""},
}

// key returns the name that a field has in the form.
func (i instruction) key(field string) string {
	if field == "Mode" {
		return "SupervisorMode"
	}
	return i.prefix + strings.NewReplacer("SID", "Sid", "SIP", "Sip", "URL", "Url").Replace(field)
}

// withRequired returns a request that has the required fields only, and the form
// that it is sent as.
func (i instruction) withRequired(name string) (reflect.Value, url.Values) {
	request, form := reflect.New(reflect.TypeOf(i.request)).Elem(), url.Values{"Instruction": {name}}
	for field, value := range request.Fields() {
		if value.Kind() == reflect.String {
			value.SetString("required")
			form.Set(i.key(field.Name), "required")
		}
	}
	return request, form
}

func (i instruction) send(t *testing.T, parent any, request reflect.Value) error {
	t.Helper()
	out := reflect.ValueOf(parent).MethodByName(i.method).Call([]reflect.Value{
		reflect.ValueOf(t.Context()), reflect.ValueOf("WR1"), request,
	})
	err, _ := out[1].Interface().(error)
	return err
}

// Each field is set alone: one that were forgotten, or crossed with another,
// would show.
func TestEveryFieldOfAnInstructionIsSentUnderItsOwnKey(t *testing.T) {
	sent := map[reflect.Kind]string{reflect.String: "filled", reflect.Bool: "true", reflect.Int: "7"}
	service := newFakeService(t, answer(200, `{"sid":"WR1"}`))
	for path, parent := range parents(service.client(t)) {
		for name, i := range instructions {
			if !reflect.ValueOf(parent).MethodByName(i.method).IsValid() {
				continue // supervise, of a worker's
			}
			for field := range reflect.TypeOf(i.request).Fields() {
				if name == "conference" && (field.Name == "Instruction" || notOfConferences.MatchString(field.Name)) {
					continue // the method sets the first, and refuses the others
				}
				t.Run(name+" "+field.Name+" "+path, func(t *testing.T) {
					request, want := i.withRequired(name)
					request.FieldByIndex(field.Index).Set(filled(field.Type))
					switch field.Type.Kind() {
					case reflect.Slice:
						want[i.key(field.Name)] = []string{"filled", "filled"}
					case reflect.Pointer:
						want.Set(i.key(field.Name), sent[field.Type.Elem().Kind()])
					default:
						want.Set(i.key(field.Name), "filled")
					}
					before := len(service.seen())
					require.NoError(t, i.send(t, parent, request))
					assert.Equal(t, want, service.seen()[before].Form)
				})
			}
		}
	}
}

func TestAConferenceWithAFieldOfAnotherInstructionIsRefused(t *testing.T) {
	service := newFakeService(t, answer(200, `{"sid":"WR1"}`))
	reservations := service.client(t).TaskReservations("WS1", "WT1")
	var refused int
	for field := range reflect.TypeFor[taskrouter.UpdateReservationRequest]().Fields() {
		if !notOfConferences.MatchString(field.Name) {
			continue
		}
		refused++
		var request taskrouter.UpdateReservationRequest
		reflect.ValueOf(&request).Elem().FieldByIndex(field.Index).Set(filled(field.Type))
		_, err := reservations.Conference(t.Context(), "WR1", request)
		assertAbout(t, taskrouter.ErrInvalidArgument, err)
		assert.ErrorContains(t, err, field.Name+" is not for a conference")
	}
	assert.Equal(t, 21, refused)
	assert.Empty(t, service.seen())
}

func TestAnInstructionWithoutARequiredFieldIsRefused(t *testing.T) {
	service := newFakeService(t, answer(200, `{"sid":"WR1"}`))
	for path, parent := range parents(service.client(t)) {
		for name, i := range instructions {
			if !reflect.ValueOf(parent).MethodByName(i.method).IsValid() {
				continue
			}
			for field := range reflect.TypeOf(i.request).Fields() {
				if field.Type.Kind() != reflect.String {
					continue
				}
				t.Run(name+" "+field.Name+" "+path, func(t *testing.T) {
					request, _ := i.withRequired(name)
					request.FieldByIndex(field.Index).SetString("")
					err := i.send(t, parent, request)
					assertAbout(t, taskrouter.ErrInvalidArgument, err)
					assert.ErrorContains(t, err, i.prefix+field.Name+" is empty, and the instruction "+name+" requires it")
				})
			}
		}
	}
	assert.Empty(t, service.seen())
}

func TestUpdateHoldsInstructionsToTheSame(t *testing.T) {
	service := newFakeService(t, answer(200, `{"sid":"WR1"}`))
	for path, parent := range parents(service.client(t)) {
		t.Run(path, func(t *testing.T) {
			update := func(request taskrouter.UpdateReservationRequest) error {
				_, err := parent.Update(context.Background(), "WR1", request)
				return err
			}
			before := len(service.seen())
			assertAbout(t, taskrouter.ErrInvalidArgument, update(taskrouter.UpdateReservationRequest{Instruction: new("Call"), CallFrom: new("+1555")}))
			assertAbout(t, taskrouter.ErrInvalidArgument, update(taskrouter.UpdateReservationRequest{Instruction: new("REDIRECT"), RedirectURL: new("https://twiml"), RedirectCallSID: new("")}))
			assert.Len(t, service.seen(), before)

			require.NoError(t, update(taskrouter.UpdateReservationRequest{Instruction: new("Call"), CallFrom: new("+1555"), CallURL: new("https://twiml")}))
			require.NoError(t, update(taskrouter.UpdateReservationRequest{Instruction: new("one of next year")}))
			assert.Len(t, service.seen(), before+2)
		})
	}
}

// A field that the document gains has to find its instruction.
func TestEveryFieldOfAReservationBelongsToAVerb(t *testing.T) {
	keys := map[string]bool{"ReservationStatus": true, "WorkerActivitySid": true, "Instruction": true}
	for _, i := range instructions {
		for field := range reflect.TypeOf(i.request).Fields() {
			keys[i.key(field.Name)] = true
		}
	}
	for field := range reflect.TypeFor[taskrouter.UpdateReservationRequest]().Fields() {
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		assert.True(t, keys[key], "%s is set by no verb", key)
	}
}
