"""One explanation for console, page and paper: the tree of causes and its sentences."""
