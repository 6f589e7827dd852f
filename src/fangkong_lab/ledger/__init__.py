"""What units send in: declared tables, reading, checking, storing, sending back."""
