"""What `make bench` measures of 個人基本; see `sapporo_base.benchmarks`."""
