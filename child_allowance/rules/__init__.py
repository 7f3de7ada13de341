"""
The law of 児童手当 as pure functions, dated: what is paid, to whom, for which months, and when.

Amounts, limits and ages are in `law/*.toml`, one file for each change of the law; `statutes` reads
them. The other modules are one noun each: months, ages, income, amounts, periods, pay days,
milestones; `explanations` puts them into words.
"""
