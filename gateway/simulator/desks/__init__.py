"""The platform's desks: each takes the messages of one group of interfaces."""
