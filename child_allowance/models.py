"""Tables of 児童手当."""
