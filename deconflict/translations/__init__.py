"""Catalogues: <tag>/LC_MESSAGES/messages.po. English is what stands in the code."""
