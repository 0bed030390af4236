// Package git reads manifests out of a git repository, at any revision: a tree,
// the index and the files of the work tree are each an fs.FS that load.Read
// takes. It is the only package that runs another program, git itself, since
// nothing knows a repository better and little is faster.
//
//	Open --> Repository --> Resolve, Range --> Revision --> Tree, Index, WorkTree --> fs.FS
//	                    --> History        --> Commit
//
// Nothing is ever written: no ref, no index, no file. git is called without a
// shell, never to fetch, never to ask a question of a person, and a revision
// that a user wrote cannot become an option. What the environment says of where
// the repository is (GIT_DIR, GIT_INDEX_FILE and their like) counts as it does
// for git, so that it works in a hook.
//
// Names of files are those that a user types in the directory that Open was
// given: relative to it, also with "..", or absolute. A link in the repository is
// followed within it and never out of it.
package git

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
)

// Repository is a git repository, seen from a directory. Its methods may be
// called by several goroutines. It must be closed.
type Repository struct {
	ctx context.Context //nolint:containedctx // it bounds the processes that live as long as the Repository
	dir string
	// prefix is the path of dir in the work tree, and top the directory that the
	// work tree begins in, or "" where there is none.
	prefix []string
	top    string
	common string
	bare   bool
	// shallow tells that the history is cut off.
	shallow bool

	once  sync.Once
	blobs *blobs
}

// Open finds the repository that the directory dir is in, as git does; "" is the
// working directory. Everything that the Repository does ends with ctx. The
// error is an *Error.
func Open(ctx context.Context, dir string) (*Repository, error) {
	r := &Repository{ctx: ctx, dir: filepath.FromSlash(dir)}
	out, err := r.run("rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository", "--git-common-dir")
	if err != nil {
		return nil, err
	}
	words := strings.SplitN(out, "\n", 4)
	if len(words) < 4 {
		return nil, &Error{Text: "git rev-parse answered with " + strings.TrimSpace(out)}
	}
	inside := words[1] == "true"
	r.bare, r.shallow = words[0] == "true", words[2] == "true"
	r.common = strings.TrimSuffix(words[3], "\n")
	if !filepath.IsAbs(r.common) {
		r.common = filepath.Join(r.dir, r.common)
	}
	if !inside {
		return r, nil
	}
	if out, err = r.run("rev-parse", "--show-toplevel"); err != nil {
		return nil, err
	}
	r.top = filepath.FromSlash(strings.TrimSuffix(out, "\n"))
	if out, err = r.run("rev-parse", "--show-prefix"); err != nil {
		return nil, err
	}
	r.prefix = strings.FieldsFunc(strings.TrimSuffix(out, "\n"), isSlash)
	return r, nil
}

// Shallow reports whether the history is cut off, as in a clone with --depth.
func (r *Repository) Shallow() bool { return r.shallow }

// Close ends the processes that the Repository runs. Trees cannot be read any
// more then.
func (r *Repository) Close() {
	r.once.Do(func() {})
	if r.blobs != nil {
		r.blobs.close()
	}
}

// reader returns what reads blobs, and starts it if nobody has.
func (r *Repository) reader() (*blobs, error) {
	r.once.Do(func() { r.blobs = newBlobs(r) })
	if r.blobs == nil {
		return nil, errClosed
	}
	return r.blobs, nil
}

func isSlash(c rune) bool { return c == '/' }
