"""Tables of 個人基本."""
