"""The command line: parse, call one verb, print. Imports are lazy so that help is quick."""
