"""What the migrations of this app say in SQL, by what it is about; each with its way back."""
