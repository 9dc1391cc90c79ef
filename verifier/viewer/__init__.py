"""Evidence for people: marked-up lines, drawn as text, page or picture."""
