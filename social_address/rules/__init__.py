"""Pure rules of 社会保障宛名: what an item rests on, whether an account can be paid into."""
