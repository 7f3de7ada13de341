"""The far end, for rehearsal: the platform, 住基ネット and the other organisations."""
