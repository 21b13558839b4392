"""The newcomer's rooms: ``init`` sets digwell up, ``doctor`` finds what is wrong."""
