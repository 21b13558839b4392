"""The weekly mail: rendering a digest and delivering it exactly once."""
