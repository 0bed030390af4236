package git

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

const (
	// asksAhead is how many blobs are asked for at a time, so that git reads the
	// next ones while we work on this one. That many questions fit into the
	// smallest pipe that there is, so that git and we never wait for each other.
	asksAhead = 48
	// keeps bounds the bytes of blobs that are kept: the other side of a comparison
	// mostly holds the same ones.
	keeps = 64 << 20
)

// blobs reads blobs through one "git cat-file --batch", which runs from the first
// one on. Blobs that were read are kept, within bounds.
type blobs struct {
	r *Repository

	mu        sync.Mutex
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       *bufio.Reader
	complaint bytes.Buffer
	// asked are the blobs that git was asked for and that it has not answered, in
	// order.
	asked []string
	kept  map[string][]byte
	room  int
	// last is the blob that was read last, which is often wanted again.
	last     string
	lastText []byte
	// err is why nothing can be read any more.
	err error
}

func newBlobs(r *Repository) *blobs {
	return &blobs{r: r, kept: map[string][]byte{}, room: keeps}
}

// read returns a blob, which must not be changed. What ahead names will be
// wanted next.
func (b *blobs) read(hash string, ahead func(n int) []string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if text, ok := b.kept[hash]; ok {
		return text, nil
	}
	if hash == b.last {
		return b.lastText, nil
	}
	if b.err != nil {
		return nil, b.err
	}
	if err := b.start(); err != nil {
		b.err = err
		return nil, err
	}
	text, err := b.answer(hash, ahead)
	var missing *missingError
	if err != nil && !errors.As(err, &missing) {
		b.err = b.ended(err)
		return nil, b.err
	}
	return text, err
}

// start starts git, if it does not run.
func (b *blobs) start() error {
	if b.cmd != nil {
		return nil
	}
	cmd := b.r.command("cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = &b.complaint
	if err := cmd.Start(); err != nil {
		return b.r.failed("cat-file", "", err)
	}
	b.cmd, b.in, b.out = cmd, in, bufio.NewReaderSize(out, 128<<10)
	return nil
}

// answer asks for a blob, and for what may be wanted next, and reads until it
// has the blob.
func (b *blobs) answer(hash string, ahead func(n int) []string) ([]byte, error) {
	var wanted []string
	waiting := map[string]bool{}
	for _, h := range b.asked {
		waiting[h] = true
	}
	if !waiting[hash] {
		wanted = append(wanted, hash)
		waiting[hash] = true
	}
	if len(b.asked) <= asksAhead/3 && ahead != nil {
		for _, h := range ahead(asksAhead) {
			if _, ok := b.kept[h]; !ok && !waiting[h] && len(b.asked)+len(wanted) < asksAhead {
				wanted = append(wanted, h)
				waiting[h] = true
			}
		}
	}
	if len(wanted) > 0 {
		if _, err := io.WriteString(b.in, strings.Join(wanted, "\n")+"\n"); err != nil {
			return nil, err
		}
		b.asked = append(b.asked, wanted...)
	}
	for {
		next := b.asked[0]
		b.asked = b.asked[1:]
		text, err := b.next(next)
		var missing *missingError
		switch {
		case errors.As(err, &missing):
			if next == hash {
				return nil, err
			}
			continue // whoever wants it will hear of it
		case err != nil:
			return nil, err
		}
		if len(text) <= b.room {
			b.kept[next] = text
			b.room -= len(text)
		}
		if next == hash {
			b.last, b.lastText = hash, text
			return text, nil
		}
	}
}

// missingError is a blob that the repository does not hold.
type missingError struct{ hash string }

func (e *missingError) Error() string {
	return fmt.Sprintf("the repository lacks the object %.12s: if the clone is partial, complete it with git fetch --refetch --no-filter", e.hash)
}

// next reads the next answer, which is about the blob hash:
//
//	HASH blob SIZE LF CONTENT LF, or HASH missing LF
func (b *blobs) next(hash string) ([]byte, error) {
	head, err := b.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	words := strings.Fields(head)
	if len(words) < 2 || words[0] != hash {
		return nil, fmt.Errorf("git cat-file answered %q about %s", strings.TrimSpace(head), hash)
	}
	if len(words) == 2 {
		return nil, &missingError{hash}
	}
	size, err := strconv.Atoi(words[len(words)-1])
	if err != nil || words[1] != "blob" {
		return nil, fmt.Errorf("git cat-file answered %q about %s", strings.TrimSpace(head), hash)
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(b.out, text); err != nil {
		return nil, err
	}
	_, err = b.out.Discard(1)
	return text, err
}

// ended returns why git stopped answering.
func (b *blobs) ended(err error) error {
	b.stop()
	return b.r.failed("cat-file", b.complaint.String(), err)
}

// stop ends git and waits for it.
func (b *blobs) stop() {
	if b.cmd == nil {
		return
	}
	_ = b.in.Close()
	// It may be about to write what nobody reads any more. That it was killed is
	// no news, nor that it had ended by itself.
	_ = b.cmd.Process.Kill()
	_ = b.cmd.Wait()
	b.cmd, b.asked = nil, nil
}

func (b *blobs) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stop()
	b.err = errClosed
	b.kept, b.last, b.lastText = map[string][]byte{}, "", nil
}
