"""The wire to the 中間サーバ・プラットフォーム (profile: docs/platform-profile.md). Only gateway.tasks may use it."""
