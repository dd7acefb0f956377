package server_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/gen/server"
)

func TestFormsAreReadAsParametersAre(t *testing.T) {
	form, err := url.ParseQuery("Attributes={}&IgnoreCapacity=YES&Priority=-3&Timeout=0&VirtualStartTime=2026-03-01&WorkflowSid=&Unknown=1&Unknown=2")
	require.NoError(t, err)
	task, err := server.DecodeForm[gen.CreateTaskRequest](form)
	require.NoError(t, err)
	assert.Equal(t, gen.CreateTaskRequest{
		Attributes:       "{}",
		IgnoreCapacity:   new(true),
		Priority:         new(-3),
		Timeout:          new(0),
		VirtualStartTime: new(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)),
		WorkflowSID:      new(""),
	}, task)

	form, err = url.ParseQuery("StatusCallbackEvent=initiated&StatusCallbackEvent=ringing,answered&Muted=no&Record=1&ReservationStatus=parked")
	require.NoError(t, err)
	reservation, err := server.DecodeForm[gen.UpdateReservationRequest](form)
	require.NoError(t, err)
	assert.Equal(t, gen.UpdateReservationRequest{
		StatusCallbackEvent: []gen.CallStatusEvent{"initiated", "ringing", "answered"},
		Muted:               new(false),
		Record:              new(true),
		ReservationStatus:   new(gen.ReservationStatus("parked")), // for the implementation to refuse
	}, reservation)
}

func TestAnErrorOfAFormNamesTheField(t *testing.T) {
	tests := map[string]string{
		"":                                       "FriendlyName is required",
		"FriendlyName=a&FriendlyName=b":          "FriendlyName: .*given 2 times",
		"FriendlyName=a&MaxReservedWorkers=many": `MaxReservedWorkers: .*"many" is no integer`,
		"FriendlyName=a&MaxReservedWorkers=":     `MaxReservedWorkers: .*"" is no integer`,
		"FriendlyName=a&MaxReservedWorkers=99999999999999999999": `MaxReservedWorkers: .*is too large`,
	}
	for text, message := range tests {
		t.Run(text, func(t *testing.T) {
			form, err := url.ParseQuery(text)
			require.NoError(t, err)
			body, err := server.DecodeForm[gen.CreateTaskQueueRequest](form)
			require.Error(t, err)
			assert.Regexp(t, message, err.Error())
			assert.Zero(t, body)
		})
	}

	_, err := server.DecodeForm[gen.UpdateTaskRequest](url.Values{"VirtualStartTime": {"soon"}})
	var invalid *server.InvalidParamFormatError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, "VirtualStartTime", invalid.ParamName)
	_, err = server.DecodeForm[gen.CreateWorkerRequest](url.Values{})
	var required *server.RequiredParamError
	require.ErrorAs(t, err, &required)
}
