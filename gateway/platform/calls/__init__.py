"""What is said to the platform, a file for each group of interfaces; `client` puts them together."""
