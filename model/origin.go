package model

// Document is a piece of input text that one or more objects were read from.
type Document struct {
	// File is the name of the file as the user gave or would find it; "-" is
	// standard input.
	File string
	// Line is the number of the text's first line in File, from 1.
	Line int
	// Text is the YAML or JSON text.
	Text []byte
}

// Origin says where an object, or a part of one, came from.
type Origin struct {
	Kind, Namespace, Name string
	// Field is the path of the part within the object, such as
	// "spec.ingress[0].ports[1]"; "" is the object itself.
	Field string
	// File and Line say where the object begins. Line counts from 1; 0 means
	// unknown. For a part, load.Locate finds its line in Doc. Column is where in
	// the line, in characters from 1; 0 is not known.
	File         string
	Line, Column int
	// Doc is the text that the object stands in, or nil, and Root the path of
	// the object within it: "items[3]" in a List, else "".
	Doc  *Document
	Root string
}

// At returns o for the part of the object at field.
func (o Origin) At(field string) Origin {
	o.Field = field
	return o
}

// Object returns the object as "Kind namespace/name", "Kind name" for one
// without namespace, and "Kind" alone if its name is not known.
func (o Origin) Object() string {
	switch {
	case o.Name == "":
		return o.Kind
	case o.Namespace == "":
		return o.Kind + " " + o.Name
	}
	return o.Kind + " " + o.Namespace + "/" + o.Name
}
