"""Pure rules of 社会保障宛名: which 課税年度 counts, what an item rests on, whether a bank exists."""
