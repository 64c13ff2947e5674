"""What is true: no clock, no database, no web."""
