"""store -> domain -> cases."""
