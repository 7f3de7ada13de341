"""What `make bench` measures of 市中間サーバ; see `sapporo_base.benchmarks`."""
