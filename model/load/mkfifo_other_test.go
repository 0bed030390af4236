//go:build !unix

package load_test

import "errors"

func mkfifo(string) error { return errors.ErrUnsupported }
