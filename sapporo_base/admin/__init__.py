"""Admin pages of the ground floor and the bases that every subsystem's pages are made from."""
