"""What a file is, by its content, and what archives hold."""
