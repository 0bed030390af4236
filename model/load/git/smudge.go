package git

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// largestPointer is the most bytes that a pointer of git-lfs has.
const largestPointer = 1024

var pointer = regexp.MustCompile(`^version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize [0-9]+\n`)

// smudged returns what stands in a work tree in place of what git keeps, for the
// filters that are known: the file that a pointer of git-lfs is for, if it was
// fetched.
func (r *Repository) smudged(text []byte) ([]byte, error) {
	if bytes.HasPrefix(text, []byte("\x00GITCRYPT\x00")) {
		return nil, &Error{Text: "encrypted with git-crypt, so that a revision holds no text"}
	}
	if len(text) > largestPointer {
		return text, nil
	}
	found := pointer.FindSubmatch(text)
	if found == nil {
		return text, nil
	}
	oid := string(found[1])
	content, err := os.ReadFile(filepath.Join(r.common, "lfs", "objects", oid[:2], oid[2:4], oid)) //nolint:gosec // the name is of hexadecimal digits
	if err != nil {
		return nil, &Error{Text: "a git-lfs pointer, and the file it is for was not fetched: git lfs fetch --all", Err: err}
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != oid {
		return nil, &Error{Text: fmt.Sprintf("a git-lfs pointer, and the file it is for is damaged: git lfs fsck (%.12s)", oid)}
	}
	return content, nil
}
