"""Numbers, dates, characters and bank forms as pure functions: no database, no clock, no Django."""
