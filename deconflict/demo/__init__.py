"""The demo: a fortnight around now, played through the same services as the forms, and the processes that show it."""
