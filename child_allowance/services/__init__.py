"""Acts of 児童手当. One function is one act; the modules are one noun each."""
