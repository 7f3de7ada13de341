"""The far end: 中間サーバ・プラットフォーム, 住基ネット and the other organisations, for rehearsal."""
