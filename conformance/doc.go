// Package conformance holds exchanges with the TaskRouter API as text files,
// called fixtures, and replays them to a client under test.
//
//	scenario, err := conformance.Load(conformance.Fixtures, "quickstart.txtar")
//	replayer := conformance.NewReplayer(scenario)
//	server := httptest.NewServer(replayer)
//	// … let the client talk to server.URL …
//	err = replayer.Err() // nil: it sent what the fixture holds, all of it
//
// # Format
//
// A fixture is a txtar archive in UTF-8; every line ends with a line feed. The
// text before the first file says where the exchanges were recorded and what
// they show:
//
//	source: reference
//	# A workspace is renamed.
//
// The source is live (the service), emulator, or reference (composed from the
// published documentation). Then come pairs of files, "NAME: request" and
// "NAME: response", in the order of the conversation. A name occurs once.
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
//
// A request is a method and a path with its raw query, header lines, and, after
// an empty line, the body. How a body is written follows from Content-Type,
// which a request with a body has to name:
//
//   - application/x-www-form-urlencoded: one Key=value a line, decoded, to the
//     end of the line. A value of several lines is Key= and then its lines,
//     each behind a bar (|).
//   - application/json: the JSON text.
//
// A response is a status code (words after it are for the reader), header
// lines, and, after an empty line, the body. The last line feed of the file is
// not part of the body. Headers that belong to the connection (Content-Length,
// Content-Encoding, Host and so on) are not in a fixture.
//
// # Comparison
//
//   - Method and path are equal; a path is compared segment by segment, decoded.
//   - Query and form hold the same keys and values, decoded. The order of the
//     keys is free, the order of the values of one key is not.
//   - JSON is compared by value: white space, the order of keys and the spelling
//     of a number are free.
//   - Headers that the request names have the same values. Others are free, but
//     for If-Match and Authorization: those must not come where they are not
//     named. Authorization names a scheme only, Basic or Bearer; a fixture
//     never holds a credential, and a report never shows one.
//   - Where a request has no body, none may come.
//
// # Canonical form
//
// [Format] writes one form only: the source, the comment lines, an empty line,
// the files; a status without words; bars only where a value has several lines;
// no empty line where there is no body. Order, JSON layout and the rest stay as
// they are in the [Scenario], so whoever records decides on them once: headers
// sorted by name, form fields in the order sent, JSON indented by two spaces.
package conformance
