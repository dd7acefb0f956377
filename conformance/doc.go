// Package conformance holds exchanges with the TaskRouter API as text files,
// called fixtures, and replays them to a client under test.
//
//	scenario, err := conformance.Load(conformance.Fixtures, "quickstart.txtar")
//	replayer := conformance.NewReplayer(scenario)
//	server := httptest.NewServer(replayer)
//	// … let the client talk to server.URL …
//	err = replayer.Err() // nil: it sent what the fixture holds, all of it
//
// [Load] reads one of the [Fixtures] or of another folder, and [LoadAll] all of them. The
// answers come as they stand in the fixture; a request that fits no exchange is answered
// with 501, and [Replayer.Err] says how it differs from the nearest one. How a
// request authenticates is compared, and credentials are not.
//
// A fixture is a txtar archive: pairs of files, a request and its response, in
// the order of the conversation, readable in a review. README.md beside this file
// specifies the format and when a request fits; [Parse] and [Format] read and
// write it, so that Format(Parse(file)) is the file. Credentials are never part
// of a fixture, nor of a report.
//
//	source: reference
//	# A workspace is renamed.
//
//	-- rename workspace: request --
//	POST /v1/Workspaces/WS5b8a41c09e7d4f6fa3d2c17be0946a35
//	Authorization: Basic
//	Content-Type: application/x-www-form-urlencoded
//
//	FriendlyName=Support
//	EventsFilter=
//	-- rename workspace: response --
//	200
//	Content-Type: application/json
//
//	{
//	  "friendly_name": "Support"
//	}
package conformance
