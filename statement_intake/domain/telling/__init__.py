"""What the staff is told of the service's own accord, and what that rests on."""
