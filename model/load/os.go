package load

import (
	"io/fs"
	"os"
)

// OS is the file system of the operating system. Unlike os.DirFS it takes the
// names that users type: absolute ones, and those that begin with "../".
type OS struct{}

// Open opens the named file.
func (OS) Open(name string) (fs.File, error) {
	return os.Open(name) //nolint:gosec // reading the files that the user names is what it is for
}

// ReadFile returns the content of the named file.
func (OS) ReadFile(name string) ([]byte, error) {
	return os.ReadFile(name) //nolint:gosec // as above
}

// ReadDir returns the entries of the named directory, sorted by name.
func (OS) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }

// Stat describes the named file, or what it links to.
func (OS) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }
