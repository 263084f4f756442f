"""The servers under test, all started the same way from the same Site."""
