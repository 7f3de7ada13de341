"""The wire to the platform (docs/platform-profile.md); only gateway.tasks uses it."""
