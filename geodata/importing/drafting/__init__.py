"""A first mapping, drafted from the files themselves: kinds, ids, positions, links, and what is unsure of them."""
