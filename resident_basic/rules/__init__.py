"""What an item is, how it may be reduced, what 支援措置 hides, what a file row becomes: pure."""
