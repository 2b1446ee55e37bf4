"""What one process that reads hostile bytes can see and do, and nothing beyond."""
