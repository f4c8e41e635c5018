"""Pure: what was said, what it means, how soon a human must respond, and who is told when."""
