// Runs all tests in one process and in this order, because the last of them counts
// what the others called. What twilio-node itself does wrong is a test whose name
// begins with "twilio-node", and that fails once it no longer does.
import "./resources.mjs";
import "./lives.mjs";
import "./lists.mjs";
import "./filters.mjs";
import "./errors.mjs";
import "./versions.mjs";
import "./statistics.mjs";
import "./callbacks.mjs";
import "./coverage.mjs";
