"""What the stack needs of the one machine that it runs on."""
