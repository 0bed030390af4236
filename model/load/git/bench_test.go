package git_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"netreach/model/load"
	"netreach/model/load/git"
	"netreach/model/load/git/gittest"
)

// manifests is how many files the repository of the benchmarks holds.
const manifests = 20_000

// large makes a repository as a GitOps tool has it: a file for each workload and
// each policy, in a directory for each namespace, packed. The second commit changes
// one file in a hundred.
func large(b *testing.B) *gittest.Repo {
	b.Helper()
	var in strings.Builder
	file := func(i, version int) {
		ns, name := fmt.Sprintf("team-%03d", i%400), fmt.Sprintf("app-%05d", i)
		text := fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: %[1]s
  namespace: %[2]s
  labels: {app: %[1]s, version: "%[3]d"}
spec:
  replicas: 3
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s, tier: tier-%[4]d}}
    spec:
      containers:
      - name: main
        image: registry.example.com/%[2]s/%[1]s:%[3]d
        ports: [{containerPort: 8080, name: http}]
        resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
`, name, ns, version, i%7)
		if i/400%4 == 0 {
			text = fmt.Sprintf(`apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: %[1]s
  namespace: %[2]s
spec:
  podSelector: {matchLabels: {tier: tier-%[3]d}}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: team-%03[4]d}}
    ports: [{port: %[5]d}]
`, name, ns, i%7, (i*7)%400, 8080+version)
		}
		fmt.Fprintf(&in, "M 100644 inline clusters/%s/%s.yaml\ndata %d\n%s\n", ns, name, len(text), text)
	}
	commit := func(n int) {
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter C <c@example.com> 176722560%d +0000\ndata 1\n%d\n", n, n)
	}
	commit(1)
	for i := range manifests {
		file(i, 1)
	}
	commit(2)
	for i := 0; i < manifests; i += 100 {
		file(i, 2)
	}
	repo := gittest.New(b)
	repo.Feed(strings.NewReader(in.String()), "fast-import", "--quiet")
	repo.Git("checkout", "--quiet", "--force", "main")
	return repo
}

// BenchmarkRead reads the 20,000 manifests of a repository, from where they are:
// blobs is their content alone, and load a model of them.
func BenchmarkRead(b *testing.B) {
	repo := large(b)
	open := func(b *testing.B) *git.Repository {
		b.Helper()
		r, err := git.Open(b.Context(), repo.Dir)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(r.Close)
		return r
	}
	revision := func(r *git.Repository, name string) *git.Tree {
		rev, err := r.Resolve(name)
		if err != nil {
			b.Fatal(err)
		}
		tree, err := r.Tree(rev)
		if err != nil {
			b.Fatal(err)
		}
		return tree
	}
	read := func(b *testing.B, fsys fs.FS) {
		b.Helper()
		if _, _, err := load.Read(load.Options{FS: fsys}, "clusters"); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("blobs", func(b *testing.B) {
		for b.Loop() {
			n := 0
			err := fs.WalkDir(revision(open(b), "HEAD"), "clusters", func(_ string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					n++
					_, err = d.Info() // reads it
				}
				return err
			})
			if err != nil || n != manifests {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("load/from=revision", func(b *testing.B) {
		for b.Loop() {
			read(b, revision(open(b), "HEAD"))
		}
	})
	b.Run("load/from=two-revisions", func(b *testing.B) {
		for b.Loop() {
			r := open(b)
			read(b, revision(r, "HEAD~1"))
			read(b, revision(r, "HEAD"))
		}
	})
	b.Run("load/from=work-tree", func(b *testing.B) {
		for b.Loop() {
			work, err := open(b).WorkTree()
			if err != nil {
				b.Fatal(err)
			}
			read(b, work)
		}
	})
	b.Run("load/from=disk", func(b *testing.B) {
		b.Chdir(repo.Dir)
		for b.Loop() {
			read(b, load.OS{})
		}
	})
	b.Run("same", func(b *testing.B) {
		for b.Loop() {
			r := open(b)
			var digests [2]string
			for i, name := range []string{"HEAD", "main"} {
				below, err := revision(r, name).Below("clusters", load.IsManifest)
				if err != nil {
					b.Fatal(err)
				}
				digests[i] = below.Digest
			}
			if digests[0] != digests[1] {
				b.Fatal("not the same")
			}
		}
	})
}
