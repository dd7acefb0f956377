package main

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFlagsAndVariablesThatCannotBeAreMisuse(t *testing.T) {
	sid := "AC00000000000000000000000000000001"
	tests := map[string]struct {
		environment map[string]string
		args        []string
		want        string
	}{
		"no such flag":          {nil, []string{"-bogus"}, "flag provided but not defined: -bogus"},
		"an argument":           {nil, []string{"state.json"}, `expected flags alone, not "state.json"`},
		"no port":               {nil, []string{"-addr", "127.0.0.1"}, `-addr "127.0.0.1": expected host:port`},
		"all interfaces":        {nil, []string{"-addr", "0.0.0.0:0"}, "the flag -public"},
		"no host":               {nil, []string{"-addr", ":0"}, "the flag -public"},
		"another interface":     {nil, []string{"-addr", "192.0.2.1:0"}, "the flag -public"},
		"all interfaces, IPv6":  {nil, []string{"-addr", "[::]:0"}, "the flag -public"},
		"mapped":                {nil, []string{"-addr", "[::ffff:192.0.2.1]:0"}, "the flag -public"},
		"a name":                {nil, []string{"-addr", "localhost.example.com:0"}, "the flag -public"},
		"base path":             {nil, []string{"-base-path", "base"}, `-base-path "base": expected a path like /base`},
		"base path, not clean":  {nil, []string{"-base-path", "/a/../b"}, `-base-path "/a/../b": expected a path like /base`},
		"log":                   {nil, []string{"-log", "xml"}, `-log "xml": expected text or json`},
		"log level":             {nil, []string{"-log-level", "loud"}, `taskrouter-emulator: -log-level "loud": expected debug, info, warn or error` + "\n"},
		"no speed":              {nil, []string{"-speed", "0"}, "-speed 0: expected a factor above 0 and up to 10000"},
		"negative speed":        {nil, []string{"-speed", "-1"}, "-speed -1: expected a factor"},
		"no number as speed":    {nil, []string{"-speed", "NaN"}, "-speed NaN: expected a factor"},
		"too fast":              {nil, []string{"-speed", "10001"}, "-speed 10001: expected a factor"},
		"callbacks":             {nil, []string{"-callbacks", "some"}, `-callbacks "some": expected loopback, all or none`},
		"seed":                  {nil, []string{"-seed", "-1"}, "-seed"},
		"account without token": {map[string]string{"TWILIO_ACCOUNT_SID": sid}, nil, "expected both TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"},
		"token without account": {map[string]string{"TWILIO_AUTH_TOKEN": "x"}, nil, "expected both TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"},
		"key without secret":    {map[string]string{"TWILIO_API_KEY": "SK1"}, nil, "expected both TWILIO_API_KEY and TWILIO_API_SECRET"},
		"secret without key":    {map[string]string{"TWILIO_API_SECRET": "x"}, nil, "expected both TWILIO_API_KEY and TWILIO_API_SECRET"},
		"no SID of an account":  {map[string]string{"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "x"}, nil, "TWILIO_ACCOUNT_SID: expected AC and 32 hex digits"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := runToEnd(t, test.environment, test.args...)
			assert.Equal(t, misuse, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, test.want)
		})
	}
}

func TestAValueThatCannotBeIsToldInOneLine(t *testing.T) {
	for _, args := range [][]string{{"-log-level", "loud"}, {"-log", "xml"}, {"-speed", "0"}} {
		_, _, stderr := runToEnd(t, nil, args...)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	}
}

func TestHelpIsNoMisuse(t *testing.T) {
	code, _, stderr := runToEnd(t, nil, "-help")
	assert.Equal(t, done, code)
	assert.Contains(t, stderr, "usage: taskrouter-emulator [flags]")
}

func TestPublicAllowsAnyAddress(t *testing.T) {
	for _, addr := range []string{":8080", "0.0.0.0:8080", "[::]:8080", "192.0.2.1:0", "example.com:0"} {
		address, err := checkAddress(addr, true)
		require.NoError(t, err)
		assert.Equal(t, addr, address)
	}
	address, err := checkAddress("localhost:8080", true)
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:8080", address, "localhost is loopback all the same")
}

func TestAddressesOfLoopbackNeedNoFlag(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "127.8.9.10:1", "[::1]:0", "[::ffff:127.0.0.1]:0"} {
		address, err := checkAddress(addr, false)
		require.NoError(t, err)
		assert.Equal(t, addr, address)
	}
}

func FuzzWithoutPublicAnAddressIsOfLoopback(f *testing.F) {
	for _, addr := range []string{"localhost:1", "127.0.0.1:80", "[::1%lo]:0", "[::]:0", ":0", "127.1:0", "0:0", "[::ffff:10.0.0.1]:0"} {
		f.Add(addr)
	}
	f.Fuzz(func(t *testing.T, addr string) {
		address, err := checkAddress(addr, false)
		if err != nil {
			return
		}
		host, _, err := net.SplitHostPort(address)
		require.NoError(t, err)
		ip, err := netip.ParseAddr(host)
		require.NoError(t, err, "a name, which may lead anywhere")
		assert.True(t, ip.IsLoopback() || ip.Unmap().IsLoopback())
	})
}

func TestTheAccountOfTheEnvironmentCalls(t *testing.T) {
	environment := map[string]string{
		"TWILIO_ACCOUNT_SID": "AC000000000000000000000000000000aa", "TWILIO_AUTH_TOKEN": "token-of-the-account",
		"TWILIO_API_KEY": "SK000000000000000000000000000000bb", "TWILIO_API_SECRET": "secret-of-the-key",
	}
	p := start(t, environment)
	assert.Equal(t, environment["TWILIO_ACCOUNT_SID"], p.value("TWILIO_ACCOUNT_SID"))
	for _, pair := range [][2]string{{"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"}, {"TWILIO_API_KEY", "TWILIO_API_SECRET"}} {
		user, password := environment[pair[0]], environment[pair[1]]
		for _, path := range []string{"/v1/Workspaces", "/emulator/state"} {
			status, _ := p.requestAs(user, password, "GET", path, nil)
			assert.Equal(t, 200, status, "%s of %s", path, pair[0])
			status, _ = p.requestAs(user, "another", "GET", path, nil)
			assert.Equal(t, 401, status, "%s of %s", path, pair[0])
		}
	}
}

func TestALevelSilencesTheLog(t *testing.T) {
	p := start(t, nil, "-log-level", "warn")
	p.createWorkspace("Support")
	p.stop()
	assert.Empty(t, p.stderr.String())
}

func TestOtherMachinesAndKnownCredentialsAreWarnedOf(t *testing.T) {
	own := credentials{"AC00000000000000000000000000000001", "x"}
	for name, test := range map[string]struct {
		address string
		account credentials
		want    bool
	}{
		"all interfaces":              {"0.0.0.0", credentials{}, true},
		"another interface":           {"192.0.2.1", credentials{}, true},
		"all interfaces, own account": {"0.0.0.0", own, false},
		"of this machine only":        {"127.0.0.1", credentials{}, false},
		"of this machine only, IPv6":  {"::1", credentials{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			stderr := newOutput()
			s := settings{public: true, speed: 1, account: test.account}
			e := newEmulator(s, newServer(t, s), s.logger(stderr))
			require.NoError(t, e.introduce(io.Discard, &net.TCPAddr{IP: net.ParseIP(test.address), Port: 1}))
			assert.Equal(t, test.want, strings.Contains(stderr.String(), "the credentials follow from the seed"))
		})
	}
}
