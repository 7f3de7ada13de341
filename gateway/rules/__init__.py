"""What the gateway goes by: hours, waiting times, codes of organisations. Pure."""
