// Package taskroutertest is a TaskRouter in memory, for tests.
package taskroutertest
