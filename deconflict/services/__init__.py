"""What we do: one verb per function, the only place that opens a transaction."""
