package render

import "testing"

func TestFromRoot(t *testing.T) {
	for _, c := range []struct{ dir, root, name, want string }{
		{"/repo/sub", "/repo", "np.yaml", "sub/np.yaml"},
		{"/repo/sub", "/repo", "./a/../np.yaml", "sub/np.yaml"},
		{"/repo/sub", "/repo", "../other/np.yaml", "other/np.yaml"},
		{"/repo/sub", "/repo", "/repo/np.yaml", "np.yaml"},
		{"/repo/sub", "/repo", "../../np.yaml", "../../np.yaml"},
		{"/repo/sub", "/repo", "/elsewhere/np.yaml", "/elsewhere/np.yaml"},
		{"/repo", "/repo", "np.yaml", "np.yaml"},
		{"/src", "", "/src/np.yaml", "np.yaml"},
		{"/src", "", "np.yaml", "np.yaml"},
		{"", "", "./np.yaml", "np.yaml"},
		{"C:/repo/sub", "C:/repo", "np.yaml", "sub/np.yaml"},
		{"/repo/sub", "/repo", "", ""},
	} {
		if got := (Options{Dir: c.dir, Root: c.root}).fromRoot(c.name); got != c.want {
			t.Errorf("in %q of %q: fromRoot(%q) = %q, want %q", c.dir, c.root, c.name, got, c.want)
		}
	}
}
