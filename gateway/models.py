"""Tables of 市中間サーバ."""
