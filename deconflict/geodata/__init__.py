"""A country's official places: layers and lists as OCHA's Common Operational Datasets come, into a pack that a profile stands on.

sources.py reads files, columns.py knows what their columns are called, pack.py puts them together and refuses what does not belong
together, changes.py says what is another than before, shelf.py writes the pack and puts it in force.
"""
