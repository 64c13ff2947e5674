"""The engine as a command: GeoJSON files in, overlaps out. No database, no keys, nothing kept."""
