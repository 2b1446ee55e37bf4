"""What operators run beside the service: one file for each job."""
