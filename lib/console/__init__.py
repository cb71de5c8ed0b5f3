"""What a command shows on the terminal and asks there, and how it waits."""
