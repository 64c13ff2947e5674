"""WHAT FILES SAY: bytes -> tables and routes of plain texts, and tables -> bytes. Knows formats and their limits, and nothing of what
stands in them."""
