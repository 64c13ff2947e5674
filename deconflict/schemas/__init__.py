"""What we accept: outside data in, domain objects or sentences that say how to mend it out."""
