"""The way back: reading the owner's answers and answering them."""
