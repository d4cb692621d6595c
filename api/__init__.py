"""The HTTP door: parse, ask the registry, answer."""
