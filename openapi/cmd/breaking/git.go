package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

const path = "openapi/taskrouter.yaml"

// newestTag is empty if there is no tag. A clone that is cut off cannot tell.
func newestTag(ctx context.Context) (string, error) {
	tags, err := git(ctx, "tag", "--merged", "HEAD", "--sort=-creatordate")
	if err != nil {
		return "", err
	}
	newest, _, _ := strings.Cut(string(tags), "\n")
	if newest != "" {
		return newest, nil
	}
	shallow, err := git(ctx, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(string(shallow)) == "true" {
		return "", errors.New("expected a tag, found none in a shallow clone: git fetch --unshallow --tags")
	}
	return "", nil
}

func documentAt(ctx context.Context, revision string) ([]byte, error) {
	commit, err := git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return nil, fmt.Errorf("expected a revision, git knows no %q", revision)
	}
	document, err := git(ctx, "show", strings.TrimSpace(string(commit))+":"+path)
	if err != nil {
		return nil, fmt.Errorf("revision %s: %w", revision, err)
	}
	return document, nil
}

func git(ctx context.Context, args ...string) ([]byte, error) {
	out, err := exec.CommandContext(ctx, "git", args...).Output()
	if failure, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(string(failure.Stderr)))
	}
	return out, err
}
